/// Signals that a client may send (RFC 4254 §6.10), as every shell's `kill` knows them.
enum SignalName {
    private static let known: Set = [
        "ABRT", "ALRM", "FPE", "HUP", "ILL", "INT", "KILL", "PIPE", "QUIT", "SEGV", "TERM", "USR1", "USR2",
    ]

    /// Whether the name is one of them; nothing else reaches a command line.
    static func isKnown(_ name: String) -> Bool {
        known.contains(name)
    }
}
