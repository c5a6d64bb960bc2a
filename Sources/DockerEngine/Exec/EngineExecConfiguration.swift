public import Upstream

/// The bounds of execs. Tests shorten them.
public struct EngineExecConfiguration: Sendable {
    /// What all streams are bounded by.
    public var bounds = StreamBounds()
    /// How much input is written to the socket at once, in bytes; what a Unix socket takes in a few pieces.
    public var inputPieceBytes = 64 << 10
    /// How long after the end of its output a program's own end is waited for. The engine learns of it from somebody
    /// else than of the output's end; and a program may close its output first.
    public var exitTimeout: Duration = .seconds(10)
    /// How often a resize is tried that the engine refuses because the program is still being started.
    public var resizeAttempts = 8

    /// The defaults.
    public init() {}
}
