import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// Tells an exec's terminal its size, by requests beside the stream: one at a time, the latest size next.
///
/// Right after its start an exec may not be there for the engine yet, which refuses a resize then (Podman with 409 or 500);
/// the request is repeated some times.
final class ExecResizer: Sendable {
    private enum State {
        case idle
        /// A request is on its way; this size comes after it.
        case sending(next: Size?)
        /// The program has ended.
        case stopped
    }

    private struct Size: Hashable {
        var columns: UInt16
        var rows: UInt16
    }

    private static let firstPause: TimeAmount = .milliseconds(20)
    private static let timeout: TimeAmount = .seconds(10)

    private let client: HTTPClient
    /// The URL of the resize, without its query; nil without a terminal.
    private let url: String?
    private let attempts: Int
    private let eventLoop: any EventLoop
    private let state = Mutex(State.idle)

    init(client: HTTPClient, url: String?, attempts: Int, eventLoop: any EventLoop) {
        self.client = client
        self.url = url
        self.attempts = attempts
        self.eventLoop = eventLoop
    }

    /// Tells a size; clamped to 1...65535.
    func resize(columns: Int, rows: Int) {
        guard url != nil else { return }
        let size = Size(columns: UInt16(clamping: max(1, columns)), rows: UInt16(clamping: max(1, rows)))
        let isFree = state.withLock { state in
            switch state {
            case .idle:
                state = .sending(next: nil)
                return true
            case .sending:
                state = .sending(next: size)
                return false
            case .stopped:
                return false
            }
        }
        if isFree { send(size, attemptsLeft: attempts, pause: Self.firstPause) }
    }

    /// No more sizes are of use.
    func stop() {
        state.withLock { $0 = .stopped }
    }

    private func send(_ size: Size, attemptsLeft: Int, pause: TimeAmount) {
        guard let url,
            let request = try? HTTPClient.Request(url: "\(url)?h=\(size.rows)&w=\(size.columns)", method: .POST)
        else { return finish() }
        client.execute(request: request, eventLoop: .delegateAndChannel(on: eventLoop), deadline: .now() + Self.timeout)
            .whenComplete { result in
                let isDone =
                    if case .success(let answer) = result { (200..<300).contains(answer.status.code) } else { false }
                if isDone || attemptsLeft <= 1 { return self.finish() }
                self.eventLoop.scheduleTask(in: pause) {
                    self.retry(size, attemptsLeft: attemptsLeft - 1, pause: pause * 2)
                }
            }
    }

    /// Tries again, with a newer size if there is one.
    private func retry(_ size: Size, attemptsLeft: Int, pause: TimeAmount) {
        let latest = state.withLock { state -> Size? in
            guard case .sending(let next) = state else { return nil }
            state = .sending(next: nil)
            return next ?? size
        }
        if let latest { send(latest, attemptsLeft: attemptsLeft, pause: pause) }
    }

    private func finish() {
        let next = state.withLock { state -> Size? in
            guard case .sending(let next) = state else { return nil }
            state = next == nil ? .idle : .sending(next: nil)
            return next
        }
        if let next { send(next, attemptsLeft: attempts, pause: Self.firstPause) }
    }
}
