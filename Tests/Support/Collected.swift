import Synchronization

/// Values that several tasks put together, in the order in which they came.
final class Collected<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    /// Those so far.
    var all: [Value] { values.withLock { $0 } }

    func add(_ value: Value) { values.withLock { $0.append(value) } }
}
