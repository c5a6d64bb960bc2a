import Synchronization

/// The one roll of the elected gateway, called at its sweeps and between them.
///
/// What follows from a call is set off while the lock is held: a look at the labs never has its say after a later one,
/// which would give the lab that the later one has found gone its seat again.
final class SharedLabRoll: Sendable {
    private let roll = Mutex(LabRoll())

    func withLock<Value: Sendable>(_ body: (inout LabRoll) -> Value) -> Value {
        roll.withLock { body(&$0) }
    }
}
