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

    private static let program = ProcessInfo.processInfo.environment["LABGATE_TEST_NFS_SERVER"].map { URL(filePath: $0) }

    static var isPossible: Bool { program != nil }

    /// What a course says to have it: a `sharedVolumes` source.
    var source: String { source(path: path) }

    func source(path: String) -> String { "nfs: {server: \(address), path: \(path)}" }

    /// Runs `body` with an export that has one file, `README`. Nothing may have it mounted in the end.
    static func with<Value>(_ body: (NFSExport) async throws -> Value) async throws -> Value {
        let place = try TemporaryFolder.make()
        let export = NFSExport(folder: place.appending(path: "exported"))
        try FileManager.default.createDirectory(at: export.folder, withIntermediateDirectories: false)
        try export.publish("first\n")
        let server = try await export.serve(with: place)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(export))
        } catch {
            result = .failure(error)
        }
        server.kill()
        _ = try await server.end()
        return try result.get()
    }

    /// Gives `README` these contents, in one step.
    func publish(_ text: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: "README"), options: .atomic)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o644], ofItemAtPath: folder.appending(path: "README").path)
    }

    // MARK: Server

    private func serve(with place: URL) async throws -> RunningProcess {
        let configuration = place.appending(path: "ganesha.conf")
        let root = Self.program?.path ?? ""
        // It insists on a file for names; with numbers alone nothing is read from it.
        try Data().write(to: place.appending(path: "idmapd.conf"))
        try Data(text(root: root, place: place.path).utf8).write(to: configuration)
        let server = try ChildProcess.start(
            [
                "env", "LD_LIBRARY_PATH=\(root)/usr/lib/ganesha", "\(root)/usr/bin/ganesha.nfsd", "-F",
                "-f", configuration.path, "-L", "/dev/stdout", "-p", place.appending(path: "pid").path,
            ])
        try await server.prints("NFS SERVER INITIALIZED")
        return server
    }

    /// `Graceless`: nobody has locks of a server that ran before this one.
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
