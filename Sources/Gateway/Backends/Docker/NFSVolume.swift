import Crypto
import DockerEngine
import Foundation

/// A volume of the engine that is an NFS export, mounted read-only by the host itself.
struct NFSVolume: Hashable, Sendable {
    let server: String
    let path: String

    /// The same for the same export, mounted the same way: a volume of that name is this one.
    var name: String {
        let mount = driverOptions.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "\0")
        return "labgate-nfs-" + SpecHash.hexadecimal(SHA256.hash(data: Data(mount.utf8)).prefix(10))
    }

    /// Whether the server's name could be taken for options of the mount.
    var isSound: Bool { !server.isEmpty && !server.contains { ",= \t\n".contains($0) } }

    var spec: VolumeSpec {
        var spec = VolumeSpec(name: name)
        spec.driverOptions = driverOptions
        spec.labels = [ContainerLabel.managedBy: "labgate"]
        return spec
    }

    /// The server is named twice: Podman runs mount.nfs(8), which reads the device and gives the kernel an `addr` of its
    /// own; Docker asks the kernel itself, which wants `addr`.
    private var driverOptions: [String: String] {
        let address = server.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        // An IPv6 address has colons of its own.
        let host = address.contains(":") ? "[\(address)]" : address
        return ["type": "nfs", "device": "\(host):\(path)", "o": "addr=\(address),\(Self.mountOptions)"]
    }

    /// Names and attributes are looked at anew after five seconds: that is when a publication is seen.
    private static let mountOptions = "ro,nosuid,nodev,actimeo=5"
}
