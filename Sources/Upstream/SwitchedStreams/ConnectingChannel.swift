import NIOCore
import Synchronization

/// The channel of a handshake in progress, so that a cancelled task can close it.
final class ConnectingChannel: Sendable {
    private enum State {
        case none
        case channel(any Channel)
        case closed
    }

    private let state = Mutex(State.none)

    /// Remembers the channel; a later address tried for the same connection replaces an earlier one.
    func set(_ channel: any Channel) {
        let isClosed = state.withLock { state in
            if case .closed = state { return true }
            state = .channel(channel)
            return false
        }
        if isClosed { channel.close(promise: nil) }
    }

    /// Closes the channel, now or as soon as there is one.
    func close() {
        let previous = state.withLock { exchange(&$0, with: .closed) }
        if case .channel(let channel) = previous { channel.close(promise: nil) }
    }
}
