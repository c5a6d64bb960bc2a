import SSHServer

/// Why a port of the lab's loopback was not reached, in the words of who tried: the node, or a program in the lab.
struct PortForwardFailure: Error {
    let port: UInt16
    let words: String

    /// Whether nothing takes connections at the addresses that the node has tried.
    private var isRefused: Bool { words.contains("refused") }

    /// Whether a server may listen where the node has not tried. A node connects to `localhost` as its own hosts file
    /// has it, which not everywhere is ::1 as well; some servers listen there alone.
    var hasMissedAddress: Bool { isRefused && !words.contains("[::1]") }

    /// What the client is told.
    var refusal: ForwardingRefusal {
        if isRefused { return .nothingListens(on: port) }
        if words.contains("timed out") { return .noAnswer(of: port) }
        return ForwardingRefusal("port \(port) in your lab could not be reached (\(words))")
    }
}
