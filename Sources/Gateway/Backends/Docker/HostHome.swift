import Classroom
import DockerEngine

/// Where a student's home in one course is kept on one host.
struct HostHome: Hashable, Sendable {
    enum Place: Hashable, Sendable {
        /// A volume of the engine, by name; it outlives containers.
        case volume(String)
        /// A folder of the host; it outlives containers.
        case folder(String)
        /// A volume that goes with the container.
        case scratch
    }

    let place: Place
    /// Where the lab sees it.
    let mountPath: String
    /// How much it may hold, in bytes, where the file system can tell; nil for no limit.
    let byteCount: Int64?

    init(_ order: LabOrder, _ configuration: HostConfiguration) {
        let home = order.course.home
        mountPath = home.mountPath
        switch home.storage {
        case .emptyDir:
            (place, byteCount) = (.scratch, nil)
        case .persistentVolumeClaim(let size, _):
            byteCount = Int64(size.value)
            let name = order.name.home
            place = configuration.homes.map { .folder("\($0)/\(name)") } ?? .volume(configuration.prefix + name)
        }
    }

    /// Whether it outlives its container.
    var isKept: Bool { place != .scratch }

    /// What a volume's driver is told, to limit the volume. To Podman `size` by itself is an option of mount(8).
    static func options(byteCount: Int64, isPodman: Bool) -> [String: String] {
        isPodman ? ["o": "size=\(byteCount)"] : ["size": "\(byteCount)"]
    }

    func mount(readOnly: Bool) -> ContainerMount {
        switch place {
        case .volume(let name): .volume(name: name, target: mountPath, readOnly: readOnly)
        case .folder(let path): .bind(source: path, target: mountPath, readOnly: readOnly)
        case .scratch: .anonymousVolume(target: mountPath)
        }
    }
}
