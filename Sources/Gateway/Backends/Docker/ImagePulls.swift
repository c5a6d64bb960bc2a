import DockerEngine
import ServiceLifecycle
import Synchronization

/// Images that are being fetched, each once however many wait for it. A fetch goes on when nobody waits any more: the
/// next who comes finds the image there.
final class ImagePulls: Service {
    private enum News: Sendable {
        /// How far it is, in words; nil if nothing tells.
        case progress(String?)
        case done(Result<Void, EngineError>)
    }

    private struct Pull {
        var progress: String?
        var waiting: [UInt64: AsyncStream<News>.Continuation] = [:]
    }

    private struct State {
        /// By the image's name.
        var pulls: [String: Pull] = [:]
        var lastWaiter: UInt64 = 0
    }

    private let client: EngineClient
    private let logins: RegistryLogins
    private let state = Mutex(State())
    private let requests: AsyncStream<String>
    private let requester: AsyncStream<String>.Continuation

    init(_ client: EngineClient, _ logins: RegistryLogins) {
        self.client = client
        self.logins = logins
        (requests, requester) = AsyncStream.makeStream()
    }

    /// Fetches what is asked for until graceful shutdown.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for await name in self.requests {
                    group.addTask { await self.fetch(name) }
                }
            }
        }
        requester.finish()
        for pull in state.withLock({ exchange(&$0.pulls, with: [:]) }).values {
            for waiter in pull.waiting.values { waiter.finish() }
        }
    }

    /// Waits until the image was fetched, by whomever it was asked for.
    ///
    /// - Throws: `EngineError` in the registry's words, or `CancellationError`.
    func pull(_ name: String, progress: (String?) async -> Void) async throws {
        for await news in wait(for: name) {
            switch news {
            case .progress(let words): await progress(words)
            case .done(let result): return try result.get()
            }
        }
        throw CancellationError()
    }

    private func wait(for name: String) -> AsyncStream<News> {
        // The newest is all that counts, and the end is the newest.
        let (stream, waiter) = AsyncStream<News>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let (id, isFirst) = state.withLock { state in
            state.lastWaiter += 1
            let isFirst = state.pulls[name] == nil
            waiter.yield(.progress(state.pulls[name]?.progress))
            state.pulls[name, default: Pull()].waiting[state.lastWaiter] = waiter
            return (state.lastWaiter, isFirst)
        }
        waiter.onTermination = { [weak self] _ in
            // The continuation is let go outside of the lock.
            _ = self?.state.withLock { $0.pulls[name]?.waiting.removeValue(forKey: id) }
        }
        if isFirst, case .terminated = requester.yield(name) { waiter.finish() }
        return stream
    }

    private func fetch(_ name: String) async {
        let result: Result<Void, EngineError>
        do throws(EngineError) {
            try await client.pullImage(named: name, login: logins.login(for: name)) { note($0, of: name) }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        let pull = state.withLock { $0.pulls.removeValue(forKey: name) }
        for waiter in (pull?.waiting ?? [:]).values {
            waiter.yield(.done(result))
            waiter.finish()
        }
    }

    private func note(_ news: PullProgress, of name: String) {
        guard let words = news.words else { return }
        state.withLock { state in
            guard state.pulls[name]?.progress != words else { return }
            state.pulls[name]?.progress = words
            for waiter in (state.pulls[name]?.waiting ?? [:]).values { waiter.yield(.progress(words)) }
        }
    }
}

extension PullProgress {
    /// What a student may want to know: engines tell of each layer, one after the other.
    fileprivate var words: String? { id.flatMap { id in status.map { "\($0.lowercased()) \(id)" } } }
}
