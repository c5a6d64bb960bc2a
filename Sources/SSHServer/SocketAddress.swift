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
