import Synchronization
import TestSupport
import Testing

@testable import Gateway

@Suite("Questions about ports")
struct PortStatesTests {
    private let states = PortStates()
    private let lab = Lab(named: "lab", uid: "1", restartCount: 0)
    private let asked = Counter()
    private let isAnswered = Counter()

    private final class Counter: Sendable {
        private let count = Atomic(0)
        var value: Int { count.load(ordering: .relaxed) }
        func add() { count.add(1, ordering: .relaxed) }
    }

    /// Asks, and is answered when `isAnswered` is more than 0.
    private func ask(
        _ answer: PortState?, _ lab: Lab? = nil, port: UInt16 = 80, believing beliefs: Set<PortState> = [.open]
    ) async -> PortState? {
        await states.state(of: port, in: lab ?? self.lab, believing: beliefs) {
            asked.add()
            _ = try? await eventually { isAnswered.value > 0 || Task.isCancelled }
            return answer
        }
    }

    @Test("A hundred at once are one question, whatever its answer", arguments: [PortState.open, .busy, .closed, nil])
    func shared(answer: PortState?) async throws {
        let answers = await withTaskGroup(of: PortState?.self) { group in
            for _ in 0..<100 { group.addTask { await ask(answer) } }
            _ = try? await eventually { asked.value > 0 }
            try? await Task.sleep(for: .milliseconds(100))
            isAnswered.add()
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers == [PortState?](repeating: answer, count: 100))
        #expect(asked.value == 1)
    }

    @Test("An open port is not asked about again at once, any other one is")
    func remembered() async {
        isAnswered.add()
        #expect(await ask(.open) == .open)
        #expect(await ask(.closed) == .open)
        #expect(asked.value == 1)
        #expect(await ask(.closed, port: 81) == .closed)
        #expect(await ask(nil, port: 81) == nil)
        #expect(await ask(.open, port: 81) == .open)
        #expect(asked.value == 4)
    }

    @Test("A closed port is asked about again, for who does not believe it, and after a while for everybody")
    func beliefs() async throws {
        isAnswered.add()
        #expect(await ask(.closed, believing: [.open, .closed]) == .closed)
        #expect(await ask(.busy, believing: [.open, .closed]) == .closed)
        #expect(await ask(.busy) == .busy)
        #expect(await ask(.closed, believing: [.open, .closed, .busy]) == .closed)
        #expect(asked.value == 3)
        try await Task.sleep(for: .milliseconds(1100))
        #expect(await ask(.open, believing: [.open, .closed]) == .open)
    }

    @Test("Another lab, or another container of it, is another question")
    func otherLab() async {
        isAnswered.add()
        #expect(await ask(.open) == .open)
        for (uid, restartCount) in [("2", 0), ("1", 1)] {
            let other = Lab(named: "lab", uid: uid, restartCount: restartCount)
            #expect(await ask(.closed, other) == .closed)
        }
    }

    @Test("When the one that asks has gone, one of those that wait asks anew")
    func askerGone() async throws {
        try await withThrowingTaskGroup(of: PortState?.self) { first in
            first.addTask { await ask(.closed) }
            #expect(try await eventually { asked.value == 1 })
            try await withThrowingTaskGroup(of: PortState?.self) { others in
                for _ in 0..<3 { others.addTask { await ask(.busy) } }
                try await Task.sleep(for: .milliseconds(100))
                first.cancelAll()
                #expect(try await eventually { asked.value == 2 })
                isAnswered.add()
                for try await answer in others { #expect(answer == .busy) }
            }
            #expect(asked.value == 2)
        }
    }

    @Test("One that waits and goes holds up nobody")
    func waiterGone() async throws {
        try await withThrowingTaskGroup(of: PortState?.self) { group in
            group.addTask { await ask(.open) }
            #expect(try await eventually { asked.value == 1 })
            try await withThrowingTaskGroup(of: PortState?.self) { waiters in
                waiters.addTask { await ask(.open) }
                try await Task.sleep(for: .milliseconds(50))
                waiters.cancelAll()
                let answer = try await waiters.next()
                #expect(answer == .some(nil))
            }
            isAnswered.add()
            let answer = try await group.next()
            #expect(answer == .open)
        }
    }
}
