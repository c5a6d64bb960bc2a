import Foundation
import NIOCore
import NIOPosix
import Synchronization
import TestSupport

/// An engine's socket with scripted answers, for what the real one at hand does not do.
final class FakeEngine: Sendable {
    /// What a request is answered with; the connection is closed behind it if told so, else kept.
    struct Answer: Sendable {
        var bytes: String
        var closes = false

        /// An answer of HTTP with this body.
        static func http(_ status: String, _ body: String) -> Answer {
            let head = "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
            return Answer(bytes: head + body)
        }
    }

    /// What an engine of API 1.41 says to a ping.
    static let ping = Answer(bytes: "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 2\r\n\r\nOK")

    private let requestLines = Mutex<[String]>([])

    /// The first lines of all requests so far.
    var requests: [String] { requestLines.withLock { $0 } }

    /// Runs `body` with the path of a socket; `answer` gets each request's first line.
    static func with(
        _ answer: @escaping @Sendable (String) -> Answer, _ body: (String, FakeEngine) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder.make()
        let path = folder.appending(path: "engine.sock").path
        let engine = FakeEngine()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(engine: engine, answer: answer))
                }
            }
            .bind(unixDomainSocketPath: path).get()
        let result: Result<Void, any Error>
        do { result = .success(try await body(path, engine)) } catch { result = .failure(error) }
        try await server.close()
        try result.get()
    }

    /// Takes requests whose bodies come with their heads, as small ones do.
    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let engine: FakeEngine
        private let answer: @Sendable (String) -> Answer
        private var input = ""

        init(engine: FakeEngine, answer: @escaping @Sendable (String) -> Answer) {
            self.engine = engine
            self.answer = answer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            input += String(buffer: unwrapInboundIn(data))
            guard let head = input.range(of: "\r\n\r\n") else { return }
            let length = input.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
                .flatMap { Int($0.dropFirst("content-length:".count).drop { $0 == " " }) }
            guard input[head.upperBound...].utf8.count >= length ?? 0 else { return }
            let line = String(input.prefix { !$0.isNewline })
            input = ""
            engine.requestLines.withLock { $0.append(line) }
            let answer = answer(line)
            let sent = context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer.bytes)))
            let channel = context.channel
            if answer.closes { sent.whenComplete { _ in channel.close(promise: nil) } }
        }
    }
}
