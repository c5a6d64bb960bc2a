import SSHServer

/// Why the node has not connected a port-forward, in its own words.
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
        isRefused
            ? .nothingListens(on: port) : ForwardingRefusal("port \(port) in your lab could not be reached (\(words))")
    }
}
