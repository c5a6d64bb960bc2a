import Foundation

/// A folder that an NFS server exports, read-only, and that what runs labs on this machine can mount.
///
/// | Variable | Is |
/// |---|---|
/// | `LABGATE_TEST_NFS_SERVER` | the folder with NFS-Ganesha; set if mount(8) can mount exports |
struct NFSExport: Sendable {
    /// What is exported.
    let folder: URL
    /// The server's own; the port cannot be chosen where one asks for an export.
    let address = "127.34.\(UInt8.random(in: 0 ... .max)).\(UInt8.random(in: 1 ..< .max))"
    let path = "/srv/labgate/mybackup"

    private static let program = ProcessInfo.processInfo.environment["LABGATE_TEST_NFS_SERVER"].map {
        URL(filePath: $0)
    }

    static var isPossible: Bool { program != nil }

    /// What a course says to have it: a `sharedVolumes` source.
    var source: String { source(path: path) }

    func source(path: String) -> String { "nfs: {server: \(address), path: \(path)}" }

    /// Runs `body` with an export whose material says `first`. Nothing may have it mounted in the end.
    static func with(_ body: (NFSExport) async throws -> Void) async throws {
        let place = try TemporaryFolder.make()
        let export = NFSExport(folder: place.appending(path: "exported"))
        try export.publish("first")
        let server = try await export.serve(with: place)
        try await cleaningUp {
            try server.endInput()
            _ = try await server.end()
        } after: {
            try await body(export)
        }
    }

    /// Makes a version that has the text in its `README`, and then the current one, as `deploy/shared-volume/publish` does.
    func publish(_ text: String) throws {
        let version = folder.appending(path: "versions/\(text)")
        try FileManager.default.createDirectory(at: version, withIntermediateDirectories: true)
        try Data("\(text)\n".utf8).write(to: version.appending(path: "README"))
        let (link, current) = (folder.appending(path: ".new").path, folder.appending(path: "current").path)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "versions/\(text)")
        guard rename(link, current) == 0 else { throw ChildProcess.Failure(description: "rename: \(errno)") }
    }

    // MARK: Server

    /// Ends with its standard input, and so with the tests.
    private static let script = """
        "$@" </dev/null & cat >/dev/null; kill $!; wait
        """

    private func serve(with place: URL) async throws -> RunningProcess {
        let configuration = place.appending(path: "ganesha.conf")
        let root = Self.program?.path ?? ""
        // It insists on a file for names; with numbers alone nothing is read from it.
        try Data().write(to: place.appending(path: "idmapd.conf"))
        try Data(text(root: root, place: place.path).utf8).write(to: configuration)
        let server = try ChildProcess.start(
            [
                "sh", "-c", Self.script, "sh", "env", "LD_LIBRARY_PATH=\(root)/usr/lib/ganesha",
                "\(root)/usr/bin/ganesha.nfsd", "-F", "-f", configuration.path, "-L", "/dev/stdout",
                "-p", place.appending(path: "pid").path,
            ], input: .open)
        try await server.prints("NFS SERVER INITIALIZED")
        return server
    }

    /// `Graceless`: nobody has locks of a server that ran before this one. `Attr_Expiration_Time`: what is published goes
    /// behind the back of this server, which would believe what it knew for a minute; the kernel's own sees it at once.
    private func text(root: String, place: String) -> String {
        """
        NFS_CORE_PARAM {
            Bind_addr = \(address);
            Protocols = 4;
            Enable_NLM = false;
            Enable_RQUOTA = false;
            Plugins_Dir = \(root)/usr/lib/\(Self.architecture)-linux-gnu/ganesha;
        }
        NFSV4 {
            Graceless = true;
            Only_Numeric_Owners = true;
            IdmapConf = \(place)/idmapd.conf;
            RecoveryRoot = \(place)/recovery;
        }
        EXPORT {
            Export_Id = 1;
            Path = \(folder.path);
            Pseudo = \(path);
            Access_Type = RO;
            Squash = root_squash;
            SecType = sys;
            Attr_Expiration_Time = 0;
            FSAL { Name = VFS; }
        }

        """
    }

    #if arch(arm64)
        private static let architecture = "aarch64"
    #else
        private static let architecture = "x86_64"
    #endif
}
