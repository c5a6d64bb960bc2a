import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A token that is loaded when it is needed and kept while it is valid. However many requests need it at once, it is
/// loaded once, on a thread that may block.
final class CachedToken: Sendable {
    /// A token and until when it may be used without asking again; nil means until it is refused.
    struct Loaded: Sendable {
        var token: String
        var validUntil: Date?
    }

    private enum State {
        case empty
        case loaded(Loaded)
        case loading(EventLoopFuture<Loaded>, previous: Loaded?)
    }

    private let load: @Sendable () throws -> Loaded
    /// True if the last token stays in use when loading fails: one that can't be read anew may still be valid.
    private let keepsOldOnFailure: Bool
    private let now: @Sendable () -> Date
    private let state = Mutex(State.empty)

    init(
        keepsOldOnFailure: Bool, now: @escaping @Sendable () -> Date = { Date() },
        load: @escaping @Sendable () throws -> Loaded
    ) {
        self.keepsOldOnFailure = keepsOldOnFailure
        self.now = now
        self.load = load
    }

    /// A token from a file, read anew every minute or so; the old one is kept if the file can't be read.
    convenience init(file: TokenFile) {
        self.init(keepsOldOnFailure: true) {
            let validity = TimeInterval(TokenFile.rereadInterval.components.seconds)
            return Loaded(token: try file.read(), validUntil: Date(timeIntervalSinceNow: validity))
        }
    }

    /// The token, loaded if need be.
    func token() async throws(CredentialsError) -> String {
        let (current, loading) = state.withLock { state -> (String?, EventLoopFuture<Loaded>?) in
            switch state {
            case .loaded(let loaded) where loaded.validUntil.map({ $0 > now() }) ?? true:
                return (loaded.token, nil)
            case .loading(let future, _):
                return (nil, future)
            case .loaded(let previous):
                return (nil, startLoading(&state, previous: previous))
            case .empty:
                return (nil, startLoading(&state, previous: nil))
            }
        }
        if let current { return current }
        do {
            return try await loading?.get().token ?? ""
        } catch let error as CredentialsError {
            throw error
        } catch {
            throw CredentialsError(file: "token", message: "\(error)")
        }
    }

    /// Forgets the token if it still is this one.
    func refused(_ token: String) {
        state.withLock { state in
            if case .loaded(let loaded) = state, loaded.token == token { state = .empty }
        }
    }

    private func startLoading(_ state: inout State, previous: Loaded?) -> EventLoopFuture<Loaded> {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let future = NIOThreadPool.singleton.runIfActive(eventLoop: loop) { [load, keepsOldOnFailure] in
            do {
                return try load()
            } catch {
                guard keepsOldOnFailure, let previous else { throw error }
                return previous
            }
        }
        state = .loading(future, previous: previous)
        future.whenComplete { result in
            self.state.withLock { state in
                if case .success(let loaded) = result { state = .loaded(loaded) } else { state = .empty }
            }
        }
        return future
    }
}
