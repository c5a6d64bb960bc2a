import AsyncHTTPClient
import Foundation
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Upstream

extension EngineError {
    /// What both engines put into an answer that is no success.
    private struct Body: Decodable {
        var message: String
        var cause: String?
    }

    /// Reads an answer with an HTTP status that is no success.
    init(httpStatus: HTTPResponseStatus, body: ByteBuffer, operation: String) {
        let answer = try? JSONDecoder().decode(Body.self, from: Data(body.readableBytesView))
        // A blank message is worth less than the status' own words.
        let message = [answer?.message, body.sentence, httpStatus.reasonPhrase].compactMap(\.self).first { !$0.isEmpty }
        self.init(
            code: .http(Int(httpStatus.code)), operation: operation, message: message ?? "no reason given",
            cause: answer?.cause)
    }

    /// Explains why there was no answer, and what to do where the engine can't be reached at all.
    init(transport error: any Error, socketPath: String, operation: String) {
        let failure = TransportFailure(error)
        let (code, message): (Code, String) =
            switch (failure.kind, Self.unreachable(error, socketPath)) {
            case (_, let words?): (.unreachable, words)
            case (.cancelled, nil): (.cancelled, failure.words)
            case (.timeout, nil): (.timeout, "\(failure.words); the engine may be overloaded")
            case (.broken, nil): (.transport, "\(failure.words); the engine's log may say why")
            }
        self.init(code: code, operation: operation, message: message)
    }

    /// Why nobody can be reached at the socket, and what to do about it; nil if it is about something else.
    private static func unreachable(_ error: any Error, _ socketPath: String) -> String? {
        switch error {
        case ChannelError.connectTimeout: "the engine at \(socketPath) does not take the connection"
        case let error as HTTPClientError where error == .connectTimeout:
            "the engine at \(socketPath) does not take the connection"
        case SocketAddressError.unixDomainSocketPathTooLong:
            "the path \(socketPath) is too long for a Unix socket; use one of at most 107 bytes"
        case let error as IOError: unreachable(errno: error.errnoCode, socketPath)
        default: nil
        }
    }

    private static func unreachable(errno code: CInt, _ socketPath: String) -> String? {
        switch code {
        case ENOENT:
            "there is no socket \(socketPath); start Docker, or Podman's service (podman.socket), or name another"
        case EACCES, EPERM:
            "permission to open \(socketPath) is denied; run this as a member of the group that owns it"
        case ECONNREFUSED:
            "nobody listens at \(socketPath): the engine is not running; start it and look at its log"
        case ENOTSOCK: "\(socketPath) is not a socket; name the engine's"
        default: nil
        }
    }
}
