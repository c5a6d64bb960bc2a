import Glibc
import Synchronization
import TestSupport
import Testing

@testable import SSHServer

@Suite("Event loops")
struct EventLoopTests {
    /// Something that lives on a loop.
    private actor Resident {
        nonisolated let loop: EventLoop
        nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
        private(set) var numbers: [Int] = []

        init(loop: EventLoop) {
            self.loop = loop
        }

        func note(_ number: Int) {
            numbers.append(number)
        }

        var isOnItsLoop: Bool { loop.isIsolatingCurrentContext() == true }
    }

    private func withLoop(_ body: (EventLoop) async throws -> Void) async throws {
        let loop = try EventLoop()
        loop.start()
        defer { loop.stop() }
        try await body(loop)
    }

    @Test("An actor of a loop runs on the loop's thread, and nobody else counts as being there")
    func isolation() async throws {
        try await withLoop { loop in
            let resident = Resident(loop: loop)
            #expect(await resident.isOnItsLoop)
            #expect(loop.isIsolatingCurrentContext() == false)
        }
    }

    @Test("Work runs in the order in which it was given")
    func order() async throws {
        try await withLoop { loop in
            let resident = Resident(loop: loop)
            for number in 0..<10_000 {
                loop.execute { resident.assumeIsolated { $0.note(number) } }
            }
            await resident.note(10_000)
            #expect(await resident.numbers == Array(0...10_000))
        }
    }

    @Test("No wake-up from another thread is lost")
    func wakeUps() async throws {
        try await withLoop { loop in
            let resident = Resident(loop: loop)
            await withDiscardingTaskGroup { group in
                for sender in 0..<8 {
                    group.addTask {
                        // Each call waits for the loop, so that the loop falls asleep between them.
                        for _ in 0..<5_000 { await resident.note(sender) }
                    }
                }
            }
            #expect(await resident.numbers.count == 40_000)
        }
    }

    @Test("A loop may go as soon as its last work is done, while whoever gave it that is not back yet")
    func shortLives() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1_000 {
                        try await withLoop { loop in #expect(await Resident(loop: loop).isOnItsLoop) }
                    }
                }
            }
        }
    }

    @Test("Work that keeps giving the loop more work does not keep the sockets waiting")
    func fairness() async throws {
        try await withLoop { loop in
            var pipe: [CInt] = [-1, -1]
            try #require(Glibc.pipe(&pipe) == 0)
            let (output, input) = (pipe[0], pipe[1])
            let (isStopping, isSeen) = (Flag(), Flag())
            loop.execute { loop.register(output, interest: .read) { isSeen.raise() } }
            goOn(until: isStopping, on: loop)
            #expect(write(input, "x", 1) == 1)
            #expect(try await eventually { isSeen.isRaised })
            isStopping.raise()
            await withCheckedContinuation { done in
                loop.execute {
                    loop.unregister(output)
                    done.resume()
                }
            }
            close(input)
            close(output)
        }
    }

    private func goOn(until isStopping: Flag, on loop: EventLoop) {
        loop.execute {
            if !isStopping.isRaised { goOn(until: isStopping, on: loop) }
        }
    }

    private final class Flag: Sendable {
        private let value = Mutex(false)

        func raise() { value.withLock { $0 = true } }
        var isRaised: Bool { value.withLock { $0 } }
    }
}
