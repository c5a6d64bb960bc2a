import CLibSSH
import Glibc

/// An IP address and a TCP port.
public struct SocketAddress: Sendable, Hashable, CustomStringConvertible {
    /// Numeric; IPv4 even where the socket is IPv6 and the peer's address is IPv4-mapped (RFC 4291 §2.5.5.2).
    public let host: String
    /// The TCP port.
    public let port: Int

    /// `host:port`, with brackets around IPv6.
    public var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// What a host is known by: its address, or of IPv6 the 64 bits of it that are not its own choice (RFC 4291 §2.5.1).
    var network: String {
        var address = in6_addr()
        guard unsafe inet_pton(AF_INET6, host, &address) == 1 else { return host }
        return unsafe withUnsafeBytes(of: &address) { bytes in
            unsafe bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":")
        }
    }

    /// Makes one by hand.
    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Asks the kernel by `getpeername`, `getsockname` or `accept`; nil if the socket is gone.
    init?(_ ask: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> CInt) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let names = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe ask(address, &length) < 0 ? nil : Self.names(of: address, length)
            }
        }
        guard let names else { return nil }
        host = names.host.hasPrefix("::ffff:") ? String(names.host.dropFirst(7)) : names.host
        port = Int(names.service) ?? 0
    }

    private static func names(
        of address: UnsafePointer<sockaddr>, _ length: socklen_t
    ) -> (host: String, service: String)? {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST + NI_MAXSERV)) { buffer in
            guard let host = buffer.baseAddress else { return nil }
            let service = unsafe host + Int(NI_MAXHOST)
            let status = unsafe getnameinfo(
                address, length, host, socklen_t(NI_MAXHOST), service, socklen_t(NI_MAXSERV),
                NI_NUMERICHOST | NI_NUMERICSERV)
            return unsafe status == 0 ? (String(cString: host), String(cString: service)) : nil
        }
    }
}
