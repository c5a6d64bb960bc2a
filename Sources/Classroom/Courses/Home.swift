/// A student's own folder in a lab: writable, and usually outliving the pod.
public struct Home: Hashable, Sendable {
    /// What the home is kept on.
    public enum Storage: Hashable, Sendable {
        /// A claim of its own for each student and course; outlives the pod. nil is the cluster's default class.
        case persistentVolumeClaim(size: Quantity, storageClassName: String?)
        /// On the node's disk; gone with the pod.
        case emptyDir
    }

    /// Whether the next lab finds it as the last one left it.
    public var outlivesLab: Bool { storage != .emptyDir }

    /// Where the lab sees it; an absolute path.
    public var mountPath: String
    /// What it is kept on.
    public var storage: Storage

    /// Makes a home; by default a claim of 1 GiB at `/home/student`.
    public init(
        mountPath: String = "/home/student",
        storage: Storage = .persistentVolumeClaim(size: .mebibytes(1024), storageClassName: nil)
    ) {
        self.mountPath = mountPath
        self.storage = storage
    }
}

extension Home {
    /// Reads `home`.
    init(reading reader: DocumentReader) {
        self.init()
        mountPath = reader.value("mountPath", .mountPath, default: mountPath)
        let claim = reader.optional(
            "persistentVolumeClaim",
            .object { claim in
                Storage.persistentVolumeClaim(
                    size: claim.value(
                        "size",
                        .quantity("storage is in bytes: 1Gi is 1 GiB", in: .mebibytes(1) ... .mebibytes(1 << 30)),
                        default: .mebibytes(1024)),
                    storageClassName: claim.optional("storageClassName", .dnsSubdomain))
            })
        let scratch = reader.optional("emptyDir", .object { _ in Storage.emptyDir })
        if reader.has("persistentVolumeClaim"), reader.has("emptyDir") {
            reader.report("has persistentVolumeClaim and emptyDir, which exclude each other; keep one")
        }
        storage = claim ?? scratch ?? storage
    }
}
