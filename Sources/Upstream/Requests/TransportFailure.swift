import AsyncHTTPClient
import Glibc
import NIOCore
import NIOPosix
import NIOSSL

/// What an error of the network means, and in words.
package struct TransportFailure {
    /// What kind of failure it is.
    package enum Kind: Hashable, Sendable {
        /// The asking task was cancelled.
        case cancelled
        /// Something took longer than it may.
        case timeout
        /// No connection, a broken one, or one that can't be trusted.
        case broken
    }

    /// What kind of failure it is.
    package let kind: Kind
    /// A sentence without a full stop.
    package let words: String

    /// Explains an error.
    package init(_ error: any Error) {
        kind = Self.kind(of: error)
        words = Self.words(for: error)
    }

    private static func kind(of error: any Error) -> Kind {
        switch error {
        case is CancellationError: .cancelled
        case ChannelError.connectTimeout, HandshakeFailure.timeout: .timeout
        case let error as HTTPClientError: kind(of: error)
        default: .broken
        }
    }

    private static func kind(of error: HTTPClientError) -> Kind {
        switch error {
        case .cancelled: .cancelled
        case .connectTimeout, .readTimeout, .writeTimeout, .deadlineExceeded, .tlsHandshakeTimeout,
            .getConnectionFromPoolTimeout:
            .timeout
        default: .broken
        }
    }

    private static func words(for error: any Error) -> String {
        switch error {
        case is CancellationError: "cancelled"
        case let error as HandshakeFailure: error.description
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

    private static func words(for error: HTTPClientError) -> String {
        switch error {
        case .cancelled: "cancelled"
        case .connectTimeout, .tlsHandshakeTimeout: "no connection within the time limit"
        case .readTimeout, .deadlineExceeded, .getConnectionFromPoolTimeout: "no answer within the time limit"
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
