import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization
import Upstream

/// Tells an exec's terminal its size, by requests beside the stream: one at a time, the latest size next.
///
/// Right after its start an exec may not be there for the engine yet, which refuses a resize then (Podman with 409 or
/// 500); the request is repeated some times. And where two sizes come fast, Podman's monitor (conmon 2.1) reads both
/// and heeds the first: there is a pause before the next one, and the last of several is told twice.
final class ExecResizer: Sendable {
    private enum State {
        case idle
        /// A request is on its way; this size comes after it.
        case sending(next: TerminalSize?)
        /// The program has ended.
        case stopped
    }

    /// The wait before a refused size is tried again; it doubles with every further try.
    private static let firstPause: TimeAmount = .milliseconds(20)
    /// The wait between a size and the next one.
    private static let pause: TimeAmount = .milliseconds(50)
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

    /// Tells a size.
    func resize(to size: TerminalSize) {
        guard url != nil else { return }
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
        if isFree { send(size, attemptsLeft: attempts, isFollowUp: false) }
    }

    /// No more sizes are of use.
    func stop() {
        state.withLock { $0 = .stopped }
    }

    /// - Parameter isFollowUp: True if another size went before it just now.
    private func send(_ size: TerminalSize, attemptsLeft: Int, isFollowUp: Bool, retryPause: TimeAmount = firstPause) {
        guard let url,
            let request = try? HTTPClient.Request(
                url: "\(url)?h=\(size.rows)&w=\(size.columns)", method: .POST, headers: EngineRequest.commonHeaders)
        else { return stop() }
        client.execute(request: request, eventLoop: .delegateAndChannel(on: eventLoop), deadline: .now() + Self.timeout)
            .whenComplete { result in
                let isTold =
                    if case .success(let answer) = result { (200..<300).contains(answer.status.code) } else { false }
                let isDone = isTold || attemptsLeft <= 1
                self.eventLoop.scheduleTask(in: isDone ? Self.pause : retryPause) {
                    if isDone { return self.finish(size, isFollowUp: isFollowUp) }
                    guard let latest = self.takeNext(else: size) else { return }
                    self.send(
                        latest, attemptsLeft: attemptsLeft - 1, isFollowUp: isFollowUp, retryPause: retryPause * 2)
                }
            }
    }

    /// The size that is to be told now: a newer one if there is one. Nil once the program has ended.
    private func takeNext(else size: TerminalSize) -> TerminalSize? {
        state.withLock { state in
            guard case .sending(let next) = state else { return nil }
            state = .sending(next: nil)
            return next ?? size
        }
    }

    /// A size was told, or given up: goes on with the one that came meanwhile.
    private func finish(_ size: TerminalSize, isFollowUp: Bool) {
        let (next, isNews) = state.withLock { state -> (TerminalSize?, Bool) in
            guard case .sending(let next) = state else { return (nil, false) }
            if next == nil, !isFollowUp { state = .idle } else { state = .sending(next: nil) }
            return (next ?? (isFollowUp ? size : nil), next != nil)
        }
        if let next { send(next, attemptsLeft: attempts, isFollowUp: isNews) }
    }
}
