import NIOCore
import NIOHTTP1
import Synchronization

/// An HTTP/1.1 server whose every answer is written by the test.
enum FakeAPIServer {
    /// A request with its whole body.
    struct Request: Sendable {
        var head: HTTPRequestHead
        var body: String

        /// The path without the query.
        var path: String { String(head.uri.prefix { $0 != "?" }) }

        /// True if the query, undecoded, has this part.
        func hasQuery(_ part: String) -> Bool {
            head.uri.split(separator: "?").last?.split(separator: "&").contains { $0 == part } ?? false
        }
    }

    /// Writes one answer.
    struct Responder: Sendable {
        fileprivate let outbound: NIOAsyncChannelOutboundWriter<HTTPPart<HTTPResponseHead, ByteBuffer>>
        fileprivate let socket: any Channel

        /// A whole answer.
        func answer(_ status: HTTPResponseStatus, headers: HTTPHeaders = [:], _ body: String) async throws {
            try await begin(status, headers: headers)
            try await write(body)
            try await end()
        }

        /// A whole answer that all is well.
        func answer(_ body: String) async throws { try await answer(.ok, body) }

        /// The head of an answer in chunks.
        func begin(_ status: HTTPResponseStatus = .ok, headers: HTTPHeaders = [:]) async throws {
            try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers)))
        }

        /// A chunk.
        func write(_ text: String) async throws { try await outbound.write(.body(ByteBuffer(string: text))) }

        /// The end in order.
        func end() async throws { try await outbound.write(.end(nil)) }

        /// The end by cutting the connection.
        func cut() { socket.close(promise: nil) }

        /// Keeps the answer open until the client or the test ends it.
        func hold() async throws { try await Task.sleep(for: .seconds(60)) }
    }

    private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPPart<HTTPResponseHead, ByteBuffer>>

    typealias Handler = @Sendable (Request, Responder) async throws -> Void

    /// Runs the server on a free port of the loopback interface while `body` runs.
    ///
    /// - Parameter tls: True to serve with the certificate of ``TestCertificates``.
    static func with<Value>(
        tls: Bool = false, handler: @escaping Handler, _ body: (_ port: Int) async throws -> Value
    ) async throws -> Value {
        try await FakeServer.with { channel in
            if tls { try TestCertificates.addServerHandler(to: channel) }
            try channel.pipeline.syncOperations.configureHTTPServerPipeline()
            try channel.pipeline.syncOperations.addHandler(HTTPByteBufferResponsePartHandler())
            return try Connection(wrappingChannelSynchronously: channel)
        } serve: { connection in
            try? await serve(connection, handler)
        } _: { port in
            try await body(port)
        }
    }

    private static func serve(_ connection: Connection, _ handler: @escaping Handler) async throws {
        try await connection.executeThenClose { inbound, outbound in
            let responder = Responder(outbound: outbound, socket: connection.channel)
            var request: Request?
            for try await part in inbound {
                switch part {
                case .head(let head): request = Request(head: head, body: "")
                case .body(let bytes): request?.body += String(buffer: bytes)
                case .end:
                    if let request { try await handler(request, responder) }
                }
            }
        }
    }
}
