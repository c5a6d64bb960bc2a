/// A place that clients may forward TCP connections to, written `host:port` as in sshd's `PermitOpen`; `*` is any host, or
/// any port. `localhost` is the lab itself under each of its loopback names.
public struct ForwardingDestination: Hashable, Sendable, CustomStringConvertible {
    /// As it was written.
    public let description: String

    /// Lower case; nil for any.
    private let host: String?
    /// nil for any.
    private let port: Int?

    /// What clients may reach in a course that does not say: whatever listens in the lab.
    public static let defaults = [ForwardingDestination(description: "localhost:*", host: "localhost", port: nil)]

    /// Reads a destination; an IPv6 address is in brackets.
    ///
    /// - Throws: ``ClassroomError`` with code `invalidValue`.
    public init(_ text: String) throws(ClassroomError) {
        let error = ClassroomError(
            .invalidValue,
            "\(text) is not a host and a port, such as localhost:8080, [2001:db8::1]:5432 or db.example:*")
        guard let colon = text.lastIndex(of: ":") else { throw error }
        let host = text[..<colon].lowercased()
        let port = text[text.index(after: colon)...]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]") && host.count > 2
        guard !host.isEmpty, isBracketed || !host.contains(where: { "[]: ".contains($0) }) else { throw error }
        guard port == "*" || Int(port).map((1...65535).contains) == true else { throw error }
        let bare = isBracketed ? String(host.dropFirst().dropLast()) : host
        self.init(
            description: text, host: bare == "*" ? nil : Self.isLoopback(bare) ? "localhost" : bare, port: Int(port))
    }

    private init(description: String, host: String?, port: Int?) {
        self.description = description
        self.host = host
        self.port = port
    }

    /// Whether it covers what a client asks for.
    public func matches(host: String, port: Int) -> Bool {
        let asked = Self.isLoopback(host) ? "localhost" : host.lowercased()
        return (self.host == nil || self.host == asked) && (self.port == nil || self.port == port)
    }

    /// Whether a name or an address stands for the machine itself (RFC 6761 §6.3).
    public static func isLoopback(_ host: String) -> Bool {
        ["localhost", "localhost.", "127.0.0.1", "::1"].contains(host.lowercased())
    }
}

extension FieldType where Value == ForwardingDestination {
    /// A place that clients may forward connections to.
    static var forwardingDestination: FieldType {
        FieldType<String>.string.parsed(ForwardingDestination.init)
    }
}
