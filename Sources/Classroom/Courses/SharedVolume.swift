/// Files that every lab of a course sees. Always read-only: nothing here or in a document can make one writable.
public struct SharedVolume: Hashable, Sendable {
    /// Where the files come from.
    public enum Source: Hashable, Sendable {
        /// A folder of the node that the lab runs on.
        case hostPath(String)
        /// A claim in the labs' namespace, by name.
        case persistentVolumeClaim(String)
        /// A ConfigMap in the labs' namespace, by name.
        case configMap(String)
        /// An NFS export.
        case nfs(server: String, path: String)
    }

    /// The volume's name, unique in its course; a DNS-1123 label.
    public var name: String
    /// Where the lab sees it; an absolute path.
    public var mountPath: String
    /// Where the files come from.
    public var source: Source

    /// Makes a shared volume.
    public init(name: String, mountPath: String, source: Source) {
        self.name = name
        self.mountPath = mountPath
        self.source = source
    }
}

extension SharedVolume {
    /// Folders of a node that say or do too much about it to be shown to students, even read-only: a socket in `/run`
    /// takes commands whether or not its folder can be written to.
    private static let nodeFolders = [
        "/boot", "/dev", "/etc", "/proc", "/run", "/sys", "/var/lib/containerd", "/var/lib/docker", "/var/lib/etcd",
        "/var/lib/kubelet", "/var/run",
    ]

    /// Reads one element of `sharedVolumes`.
    init?(reading reader: DocumentReader) {
        let name = reader.required("name", .dnsLabel)
        let mountPath = reader.required("mountPath", .mountPath)
        if reader.value("readOnly", .bool, default: true) == false {
            reader.report("shared volumes are always read-only; remove this key", at: "readOnly")
        }
        for key in ["writable", "readWrite", "accessMode", "accessModes"] where reader.has(key) {
            _ = reader.optional(key, .any)
            reader.report("shared volumes are always read-only; remove this key", at: key)
        }
        guard let source = Source(reading: reader), let name, let mountPath else { return nil }
        if name == "home" { reader.report("the name home is taken by the student's own volume", at: "name") }
        self.init(name: name, mountPath: mountPath, source: source)
    }

    /// Whether showing this folder of a node to students would show the node itself.
    fileprivate static func isNodeFolder(_ path: String) -> Bool {
        nodeFolders.contains { path.isInside($0) || $0.isInside(path) }
    }
}

extension SharedVolume.Source {
    fileprivate init?(reading reader: DocumentReader) {
        switch reader.exactlyOne(of: "hostPath", "persistentVolumeClaim", "configMap", "nfs") {
        case "hostPath":
            guard let path = reader.required("hostPath", .absolutePath) else { return nil }
            if SharedVolume.isNodeFolder(path) {
                reader.report(
                    "\(path) would show the node itself to students; share a folder of its own", at: "hostPath")
            }
            self = .hostPath(path)
        case "persistentVolumeClaim":
            guard let name = reader.required("persistentVolumeClaim", .dnsSubdomain) else { return nil }
            self = .persistentVolumeClaim(name)
        case "configMap":
            guard let name = reader.required("configMap", .dnsSubdomain) else { return nil }
            self = .configMap(name)
        case "nfs":
            let export = reader.required(
                "nfs",
                .object { nfs in
                    let server = nfs.required("server", .string)
                    let path = nfs.required("path", .absolutePath)
                    guard let server, let path else { return nil as Self? }
                    return .nfs(server: server, path: path)
                })
            guard let export else { return nil }
            self = export
        default:
            return nil
        }
    }
}

extension String {
    /// Whether this path is `folder` or lies in it. Both are absolute and without `.` or `..`.
    func isInside(_ folder: String) -> Bool {
        self == folder || folder == "/" || hasPrefix(folder + "/")
    }
}

extension FieldType where Value == String {
    /// Where something may be mounted in a lab.
    static var mountPath: FieldType {
        absolutePath
            .requiring("must not be / or inside /proc, /sys or /dev") { path in
                path != "/" && !["/proc", "/sys", "/dev"].contains { path.isInside($0) }
            }
            // A colon in a mountPath is refused by the API server.
            .requiring("must not contain :") { !$0.contains(":") }
    }
}
