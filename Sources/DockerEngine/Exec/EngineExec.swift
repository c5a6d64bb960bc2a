/// What to run in a running container, and how. Its standard streams are always attached.
public struct EngineExec: Hashable, Sendable {
    /// The container's id or name.
    public var container: String
    /// The program and its arguments; no shell takes part unless it is named here.
    public var command: [String]
    /// True to run it on a terminal; stdout and stderr then are one stream.
    public var tty: Bool
    /// User or `uid:gid`; nil for the container's.
    public var user: String?
    /// Environment variables, besides those of the container.
    public var environment: [String: String] = [:]
    /// Where it starts; nil for the container's.
    public var workingDirectory: String?

    /// Describes an exec.
    public init(container: String, command: [String], tty: Bool) {
        self.container = container
        self.command = command
        self.tty = tty
    }

    /// What it is called in error messages.
    var operation: String { "exec in container \(container)" }
}

extension EngineExec: Encodable {
    private enum CodingKeys: String, CodingKey {
        case command = "Cmd"
        case tty = "Tty"
        case user = "User"
        case environment = "Env"
        case workingDirectory = "WorkingDir"
        case attachStdin = "AttachStdin"
        case attachStdout = "AttachStdout"
        case attachStderr = "AttachStderr"
        case detachKeys = "DetachKeys"
    }

    /// The keys that would end the attachment instead of reaching the program: so many that nobody types them.
    ///
    /// There is no way to have none. Engines keep what may be the first of them until more comes: the default would keep
    /// each Ctrl-P, which shells recall the last line with. This keeps Ctrl-^, which hardly anybody types, and which no
    /// protocol says and then waits (as the old scp does with NUL). Docker looks for them with a terminal only, Podman in
    /// everything that comes byte by byte.
    private static let detachKeys = Array(repeating: "ctrl-^,ctrl-_", count: 12).joined(separator: ",")
    /// The first of them.
    static let firstDetachKey: UInt8 = 0x1e

    /// Writes the body of `POST /containers/{id}/exec`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(command, forKey: .command)
        try container.encode(tty, forKey: .tty)
        try container.encodeIfPresent(user, forKey: .user)
        try container.encode(environment.asAssignments, forKey: .environment)
        try container.encodeIfPresent(workingDirectory, forKey: .workingDirectory)
        try container.encode(true, forKey: .attachStdin)
        try container.encode(true, forKey: .attachStdout)
        try container.encode(true, forKey: .attachStderr)
        try container.encode(Self.detachKeys, forKey: .detachKeys)
    }
}
