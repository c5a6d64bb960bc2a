import Classroom

/// An address in the configuration: `host:port`, `[IPv6]:port`, or `:port` for every address of the machine.
struct ListenAddress: Sendable {
    var host: String
    var port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// - Throws: `ClassroomError` with the rule in words.
    init(_ text: String) throws(ClassroomError) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65535).contains(port)
        else {
            throw ClassroomError(.invalidValue, "must be host:port, such as 127.0.0.1:2222, or :2222 for all addresses")
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw ClassroomError(.invalidValue, "an IPv6 address needs brackets, such as [::1]:2222")
        }
        self.init(host: String(host), port: port)
    }
}

extension FieldType where Value == ListenAddress {
    /// An address to listen on.
    static var listenAddress: FieldType {
        FieldType<String>.string.parsed(ListenAddress.init)
    }
}
