import Foundation
import NIOCore

/// Where an API server listens.
struct ServerAddress: Hashable, Sendable {
    /// True for https.
    var usesTLS: Bool
    /// Name or address, an IPv6 address without brackets.
    var host: String
    var port: Int
    /// What precedes `/api` in every path, such as `/k8s/clusters/c-1`; empty or with a leading and no trailing slash.
    var pathPrefix: String
    /// The name that the server's certificate must carry instead of `host`.
    var tlsServerName: String?

    /// Parses the `server` of a kubeconfig; nil if it is not a URL with a host and http or https.
    init?(url: String, tlsServerName: String? = nil) {
        guard let components = URLComponents(string: url), let host = components.host, !host.isEmpty,
            let scheme = components.scheme?.lowercased(), ["http", "https"].contains(scheme)
        else { return nil }
        usesTLS = scheme == "https"
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        port = components.port ?? (usesTLS ? 443 : 80)
        pathPrefix = components.percentEncodedPath
        while pathPrefix.hasSuffix("/") { pathPrefix.removeLast() }
        self.tlsServerName = tlsServerName
    }

    /// Host and port as in a URL or a `Host` header.
    var authority: String { Self.authority(host, port) }

    /// The name for TLS's server name indication and certificate check; nil for an address, which is checked as such.
    var tlsName: String? {
        let name = tlsServerName ?? host
        return name.isIPAddress ? nil : name
    }

    static func authority(_ host: String, _ port: Int) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

extension String {
    /// True for an IPv4 or IPv6 address in its usual form.
    var isIPAddress: Bool {
        (try? SocketAddress(ipAddress: self, port: 0)) != nil
    }
}
