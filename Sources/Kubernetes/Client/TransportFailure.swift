import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What network errors mean, in words and as ``APIError/Code``.
enum TransportFailure {
    /// The kind of failure.
    static func code(for error: any Error) -> APIError.Code {
        switch error {
        case is CancellationError: .cancelled
        case ChannelError.connectTimeout, is HandshakeTimeout: .timeout
        case let error as HTTPClientError: code(for: error)
        default: .transport
        }
    }

    /// A sentence without a full stop.
    static func words(for error: any Error) -> String {
        switch error {
        case is CancellationError: "cancelled"
        case let error as HandshakeTimeout: "no answer to the handshake within \(error.limit)"
        case is PodStreamHandshake.HeadTooLong: "the head of the answer is longer than any API server's"
        case ChannelError.connectTimeout(let limit): "no connection within \(Duration(limit))"
        case ChannelError.ioOnClosedChannel, ChannelError.alreadyClosed, ChannelError.eof,
            ChannelError.inappropriateOperationForState:
            "the connection was closed"
        case NIOSSLError.uncleanShutdown: "the connection was cut (no TLS close_notify)"
        case NIOSSLError.handshakeFailed(let cause): "the TLS handshake failed: \(cause)"
        case NIOSSLError.unableToValidateCertificate:
            "the server's TLS certificate is not valid for this address"
        case let error as HTTPClientError: words(for: error)
        case let error as NIOConnectionError: words(for: error)
        case let error as IOError: String(cString: strerror(error.errnoCode))
        default: "\(error)"
        }
    }

    private static func code(for error: HTTPClientError) -> APIError.Code {
        switch error {
        case .cancelled: .cancelled
        case .connectTimeout, .readTimeout, .writeTimeout, .deadlineExceeded, .tlsHandshakeTimeout,
            .getConnectionFromPoolTimeout:
            .timeout
        default: .transport
        }
    }

    private static func words(for error: HTTPClientError) -> String {
        switch error {
        case .cancelled: "cancelled"
        case .connectTimeout, .tlsHandshakeTimeout: "no connection within the time limit"
        case .readTimeout, .deadlineExceeded: "no answer within the time limit"
        case .remoteConnectionClosed: "the connection was closed"
        default: error.shortDescription
        }
    }

    private static func words(for error: NIOConnectionError) -> String {
        if let failure = error.connectionErrors.first {
            return "can't connect to \(error.host):\(error.port): \(words(for: failure.error))"
        }
        let lookup = (error.dnsAError ?? error.dnsAAAAError).map { "\($0)" } ?? "no address found"
        return "can't look up \(error.host): \(lookup)"
    }
}

/// TCP, TLS and the WebSocket handshake took longer than this together.
struct HandshakeTimeout: Error {
    var limit: Duration
}
