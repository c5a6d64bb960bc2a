import Synchronization
import TestSupport
import Testing

@testable import Upstream

@Suite("A store of objects")
struct ObjectStoreTests {
    private struct Thing: Equatable {
        var name: String
        var version = 1
    }

    private let store = ObjectStore<Thing> { $0.name }

    @Test("tells of one object's changes, first what is, at last only the newest")
    func updates() async throws {
        let one = Thing(name: "one")
        let two = Thing(name: "one", version: 2)
        var early = store.updates(ofObjectNamed: "one").makeAsyncIterator()
        store.replace(with: [])
        #expect(await early.next() == .some(nil))
        store.set(one)
        #expect(await early.next() == one)
        var late = store.updates(ofObjectNamed: "one").makeAsyncIterator()
        #expect(await late.next() == one)
        store.set(Thing(name: "other"))
        store.set(two)
        store.remove(named: "one")
        store.set(two)
        #expect(await early.next() == two)
        store.replace(with: [])
        #expect(await late.next() == .some(nil))
    }

    @Test("loses the object that is gone, by its name or by what it is, and no other")
    func removal() {
        store.replace(with: [Thing(name: "a"), Thing(name: "b", version: 2)])
        store.remove { $0.version == 3 }
        store.remove(named: "c")
        #expect(store.objects.count == 2)
        store.remove { $0.version == 2 }
        #expect(store.objects == [Thing(name: "a")])
        store.remove(named: "a")
        #expect(store.objects.isEmpty)
    }

    @Test("lets a waiting task be cancelled")
    func cancelledWait() async throws {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { [store] in
                do {
                    try await store.waitUntilSynced()
                    return false
                } catch { return error is CancellationError }
            }
            try? await Task.sleep(for: .milliseconds(20))
            group.cancelAll()
            #expect(await group.next() == true)
        }
    }

    private final class Tally: Sendable {
        private let state = Mutex(0)
        var count: Int { state.withLock { $0 } }
        func add() { state.withLock { $0 += 1 } }
    }

    @Test("tells that something changed, once for all that was not looked at, and never when nothing did")
    func changes() async throws {
        let tally = Tally()
        await withTaskGroup(of: Void.self) { group in
            let changes = store.changes()
            store.replace(with: [Thing(name: "a", version: 1)])
            store.set(Thing(name: "a", version: 2))
            store.set(Thing(name: "b", version: 1))
            store.remove(named: "b")
            group.addTask {
                for await _ in changes { tally.add() }
            }
            _ = try? await eventually { tally.count == 1 }
            store.replace(with: [Thing(name: "a", version: 2)])
            store.set(Thing(name: "a", version: 2))
            store.remove(named: "b")
            try? await Task.sleep(for: .milliseconds(20))
            #expect(tally.count == 1)
            store.set(Thing(name: "a", version: 3))
            _ = try? await eventually { tally.count == 2 }
            #expect(tally.count == 2)
            group.cancelAll()
        }
        var late = store.changes().makeAsyncIterator()
        #expect(await late.next() != nil)
    }
}
