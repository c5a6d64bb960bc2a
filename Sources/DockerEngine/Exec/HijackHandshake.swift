import NIOCore
import NIOHTTP1
import Upstream

/// The start of an exec (`POST /exec/{id}/start`), which turns an HTTP connection into the program's streams.
struct HijackHandshake: SwitchingHandshake {
    /// The path of the request.
    var target: String
    /// True if the exec was made with a terminal: there are no frames then.
    var tty: Bool
    var bounds: StreamBounds

    /// The request's head. Docker from 1.10 on and Podman answer the upgrade with 101, others with 200, and then
    /// all of them forget about HTTP.
    var head: HTTPRequestHead {
        var head = HTTPRequestHead(version: .http1_1, method: .POST, uri: target, headers: EngineRequest.commonHeaders)
        head.headers.add(name: "Connection", value: "Upgrade")
        head.headers.add(name: "Upgrade", value: "tcp")
        head.headers.add(name: "Content-Type", value: "application/json")
        head.headers.add(name: "Content-Length", value: "\(json.utf8.count)")
        return head
    }

    var body: ByteBuffer? { ByteBuffer(string: json) }

    private var json: String { "{\"Detach\":false,\"Tty\":\(tty)}" }

    /// What follows are the program's streams behind 101, or behind a 200 that is no ordinary answer.
    func accept(
        _ answer: HTTPResponseHead, on eventLoop: any EventLoop
    ) throws -> (stream: SwitchedStream<HijackedChannelHandler>, handlers: [any ChannelHandler])? {
        let isOrdinary = ["Transfer-Encoding", "Content-Length"].contains { answer.headers.contains(name: $0) }
        guard answer.status == .switchingProtocols || answer.status == .ok && !isOrdinary else { return nil }
        let handler = HijackedChannelHandler(bounds: bounds, tty: tty)
        return (SwitchedStream(handler, on: eventLoop), [handler])
    }
}
