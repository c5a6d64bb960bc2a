/// A container that is to go.
struct ContainerRemoval: Hashable, Sendable {
    let id: String
    /// How long its processes have to end.
    let gracePeriod: Duration
}

/// Containers that are to go: whoever asks does not wait for it, as an engine takes its time with each.
final class ContainerRemovals: Sendable {
    private let requests: AsyncStream<ContainerRemoval>
    private let requester: AsyncStream<ContainerRemoval>.Continuation

    /// So many are removed at a time: engines do most of it one after the other.
    private static let concurrency = 8

    init() {
        (requests, requester) = AsyncStream.makeStream()
    }

    func ask(_ removal: ContainerRemoval) { requester.yield(removal) }

    /// Removes what is asked for, until it is cancelled.
    func run(_ remove: @escaping @Sendable (ContainerRemoval) async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            var running = 0
            for await removal in requests {
                if running >= Self.concurrency { await group.next() } else { running += 1 }
                group.addTask { await remove(removal) }
            }
        }
    }
}
