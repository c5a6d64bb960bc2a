import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension EngineError {
    /// What both engines put into an answer that is no success.
    private struct Body: Decodable {
        var message: String
        var cause: String?
    }

    /// Reads an answer with an HTTP status that is no success.
    init(httpStatus: HTTPResponseStatus, body: ByteBuffer, operation: String) {
        let answer = try? JSONDecoder().decode(Body.self, from: Data(body.readableBytesView))
        let text = String(decoding: body.readableBytesView.prefix(300), as: UTF8.self)
        let line = text.split(whereSeparator: \.isNewline).first.map(String.init)
        // A blank message is worth less than the status' own words.
        let message = [answer?.message, line, httpStatus.reasonPhrase].compactMap(\.self).first { !$0.isEmpty }
        self.init(
            code: .http(Int(httpStatus.code)), operation: operation, message: message ?? "no reason given",
            cause: answer?.cause)
    }

    /// Explains why there was no answer, and what to do where the engine can't be reached at all.
    init(transport error: any Error, socketPath: String, operation: String) {
        let (code, message) = Self.explain(error, socketPath)
        self.init(code: code, operation: operation, message: message)
    }

    private static func explain(_ error: any Error, _ socketPath: String) -> (Code, String) {
        switch error {
        case is CancellationError: (.cancelled, "cancelled")
        case ChannelError.connectTimeout: (.unreachable, "the engine at \(socketPath) does not take the connection")
        case let error as HijackTimeout: (.timeout, "the engine has not answered within \(error.limit)")
        case let error as IOError: explain(errno: error.errnoCode, socketPath)
        case let error as HTTPClientError: explain(error, socketPath)
        case ChannelError.ioOnClosedChannel, ChannelError.alreadyClosed, ChannelError.eof:
            (.transport, "the engine closed the connection; its log may say why")
        case SocketAddressError.unixDomainSocketPathTooLong:
            (.unreachable, "the path \(socketPath) is too long for a Unix socket; use one of at most 107 bytes")
        default: (.transport, "\(error)")
        }
    }

    private static func explain(errno code: CInt, _ socketPath: String) -> (Code, String) {
        switch code {
        case ENOENT:
            (
                .unreachable,
                "there is no socket \(socketPath); start Docker, or Podman's service (podman.socket), or name another"
            )
        case EACCES, EPERM:
            (
                .unreachable,
                "permission to open \(socketPath) is denied; run this as a member of the group that owns it"
            )
        case ECONNREFUSED:
            (.unreachable, "nobody listens at \(socketPath): the engine is not running; start it and look at its log")
        case ENOTSOCK: (.unreachable, "\(socketPath) is not a socket; name the engine's")
        case ECONNRESET, EPIPE: (.transport, "the engine cut the connection; its log may say why")
        default: (.transport, String(cString: strerror(code)))
        }
    }

    private static func explain(_ error: HTTPClientError, _ socketPath: String) -> (Code, String) {
        switch error {
        case .cancelled: (.cancelled, "cancelled")
        case .connectTimeout: (.unreachable, "the engine at \(socketPath) does not take the connection")
        case .readTimeout, .deadlineExceeded, .getConnectionFromPoolTimeout:
            (.timeout, "the engine has not answered in time; it may be overloaded")
        case .remoteConnectionClosed: (.transport, "the engine closed the connection; its log may say why")
        default: (.transport, error.shortDescription)
        }
    }
}
