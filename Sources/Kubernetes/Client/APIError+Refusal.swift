import Foundation
import NIOCore
import NIOHTTP1
import Upstream

extension APIError {
    /// Reads an answer with an HTTP status that is no success.
    ///
    /// - Parameter body: The body, which mostly is a `Status` but may come from a proxy in between.
    init(httpStatus: HTTPResponseStatus, headers: HTTPHeaders, body: ByteBuffer, operation: String) {
        let status = try? JSONDecoder().decode(Status.self, from: Data(body.readableBytesView))
        self.init(
            code: .http(Int(httpStatus.code)), operation: operation,
            message: status?.message ?? body.sentence ?? httpStatus.reasonPhrase,
            status: status,
            retryAfter: headers.first(name: "Retry-After").flatMap { Int($0) }.map { .seconds($0) }
                ?? status?.retryAfterSeconds.map { .seconds($0) }
        )
    }

    /// Reads the refusal of an exec handshake.
    ///
    /// A refused subprotocol is a 403 without a body, a missing permission a 403 with a `Status`.
    init(refusal: Refusal, operation: String) {
        if refusal.head.status == .forbidden, refusal.body.readableBytes == 0 {
            self.init(
                code: .subprotocolRefused, operation: operation,
                message: "the cluster's exec speaks none of \(PodStreamSubprotocol.offer) over WebSocket (HTTP 403)"
            )
        } else {
            self.init(
                httpStatus: refusal.head.status, headers: refusal.head.headers, body: refusal.body,
                operation: operation
            )
        }
    }

    /// Explains why a handshake came to no answer.
    init(handshakeFailure error: any Error, operation: String) {
        switch error {
        case let error as PodStreamHandshake.UnknownSubprotocol:
            self.init(
                code: .subprotocolRefused, operation: operation,
                message: "the server chose \(error.name.map { "the subprotocol \"\($0)\"" } ?? "no subprotocol")"
                    + " although \(PodStreamSubprotocol.offer) were offered"
            )
        case is PodStreamHandshake.InvalidAcceptKey:
            self.init(
                code: .transport, operation: operation,
                message: "the answer to the WebSocket handshake has no valid Sec-WebSocket-Accept"
            )
        default:
            self.init(transport: error, operation: operation)
        }
    }

    /// Explains an error of the network.
    init(transport error: any Error, operation: String) {
        let failure = TransportFailure(error)
        let code: Code =
            switch failure.kind {
            case .cancelled: .cancelled
            case .timeout: .timeout
            case .broken: .transport
            }
        self.init(code: code, operation: operation, message: failure.words)
    }
}
