import Crypto
import DockerEngine
import Foundation

/// A volume of the engine that is an NFS export, mounted read-only by the host itself.
struct NFSVolume: Hashable, Sendable {
    let server: String
    let path: String

    /// The same for the same export: a volume of that name is this one.
    var name: String {
        "labgate-nfs-" + SpecHash.hexadecimal(SHA256.hash(data: Data("\(server)\0\(path)".utf8)).prefix(10))
    }

    /// Whether the server's name could be taken for options of the mount.
    var isSound: Bool { !server.isEmpty && !server.contains { ",= \t\n".contains($0) } }

    var spec: VolumeSpec {
        var spec = VolumeSpec(name: name)
        spec.driverOptions = ["type": "nfs", "o": "addr=\(server),ro", "device": ":\(path)"]
        spec.labels = [ContainerLabel.managedBy: "labgate"]
        return spec
    }
}
