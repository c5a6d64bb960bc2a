/// Something that is mounted into a container.
public enum ContainerMount: Hashable, Sendable {
    /// A folder or file of the host. It should exist: Docker refuses one that does not, Podman makes an empty folder.
    /// What is mounted below it on the host is not shown: such mounts would stay writable even where this one is
    /// read-only.
    case bind(source: String, target: String, readOnly: Bool)
    /// A named volume, which is made if it does not exist; an empty one takes over what the image has at the target.
    case volume(name: String, target: String, readOnly: Bool)
    /// A volume without a name, which is made for the container and goes with it.
    case anonymousVolume(target: String)
    /// An empty file system in memory of at most this many bytes, gone with the container.
    case temporary(target: String, byteCount: Int64)
}

extension ContainerMount: Encodable {
    private enum CodingKeys: String, CodingKey {
        case type = "Type"
        case source = "Source"
        case target = "Target"
        case readOnly = "ReadOnly"
        case bindOptions = "BindOptions"
        case temporaryOptions = "TmpfsOptions"
    }

    /// Writes an element of `HostConfig.Mounts`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .bind(let source, let target, let readOnly):
            try container.encode("bind", forKey: .type)
            try container.encode(source, forKey: .source)
            try container.encode(target, forKey: .target)
            try container.encode(readOnly, forKey: .readOnly)
            try container.encode(["NonRecursive": true], forKey: .bindOptions)
        case .volume(let name, let target, let readOnly):
            try container.encode("volume", forKey: .type)
            try container.encode(name, forKey: .source)
            try container.encode(target, forKey: .target)
            try container.encode(readOnly, forKey: .readOnly)
        case .anonymousVolume(let target):
            try container.encode("volume", forKey: .type)
            try container.encode(target, forKey: .target)
        case .temporary(let target, let byteCount):
            try container.encode("tmpfs", forKey: .type)
            try container.encode(target, forKey: .target)
            try container.encode(["SizeBytes": byteCount], forKey: .temporaryOptions)
        }
    }
}
