import Foundation
import Synchronization
import Testing
import Upstream

@testable import Kubernetes

@Suite("Backpressure and the end of an exec stream")
struct ExecBackpressureTests {
    typealias Behaviour = FakeExecServer.Behaviour

    /// Counts bytes, from any task.
    private final class Counter: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func add(_ bytes: Int) { count.withLock { $0 += bytes } }
    }

    /// What the two kernels' socket buffers on the loopback interface hold at most, generously.
    private static let kernelBytes = 24 << 20

    /// Waits until the counter has not moved for a while.
    private func stalled(_ counter: Counter) async throws -> Bool {
        var last = -1
        return try await eventually {
            let now = counter.value
            defer { last = now }
            try await Task.sleep(for: .milliseconds(150))
            return now == last && now > 0
        }
    }

    @Test("reads no faster than output is taken, and loses none of it")
    func output() async throws {
        let total = 64 << 20
        let sent = Counter()
        let block = [UInt8](repeating: 7, count: 32 << 10)
        let behaviour = Behaviour {
            for _ in 0..<(total / block.count) {
                try await $0.stdout(block)
                sent.add(block.count)
            }
            try await $0.exit(5)
        }
        try await ExecStreamTests.withExec(behaviour) { stream, _ in
            try await #expect(stalled(sent))
            #expect(sent.value < Self.kernelBytes)
            var received = 0
            while case .stdout(let bytes)? = await stream.nextOutput() { received += bytes.count }
            #expect(received == total)
            #expect(stream.result == .exited(code: 5))
        }
    }

    @Test("takes no more input than the connection does, survives the jam, and loses none of it")
    func input() async throws {
        let total = 64 << 20
        let taken = Counter()
        let (gate, opener) = AsyncStream<Void>.makeStream()
        let behaviour = Behaviour {
            for await _ in gate { break }
            var count = 0
            while let bytes = await $0.stdin.read() { count += bytes.count }
            try await $0.stdout("\(count)")
            try await $0.exit(0)
        }
        // While the command doesn't read, the server answers no ping.
        let impatient: (inout PodStreamConfiguration) -> Void = {
            $0.pingInterval = .milliseconds(200)
            $0.unansweredPingLimit = 5
        }
        try await ExecStreamTests.withExec(behaviour, configuration: impatient) { stream, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    let block = [UInt8](repeating: 7, count: 100_000)
                    for _ in 0..<(total / block.count) {
                        try await stream.write(block)
                        taken.add(block.count)
                    }
                    try await stream.closeStdin()
                }
                try await #expect(stalled(taken))
                #expect(taken.value < Self.kernelBytes)
                // Longer than a server that has read everything may be silent.
                try await Task.sleep(for: .milliseconds(1500))
                opener.yield()
                let expected = total / 100_000 * 100_000
                #expect(await stream.collect().stdout == Array("\(expected)".utf8))
                #expect(stream.result == .exited(code: 0))
                try await group.waitForAll()
            }
        }
    }

    @Test("gives up a server that falls silent")
    func silence() async throws {
        var behaviour = Behaviour { _ in try await Task.sleep(for: .seconds(60)) }
        behaviour.answersPings = false
        let impatient: (inout PodStreamConfiguration) -> Void = { $0.pingInterval = .milliseconds(20) }
        try await ExecStreamTests.withExec(behaviour, configuration: impatient) { stream, record in
            #expect(await stream.nextOutput() == nil)
            guard case .lost(let words) = stream.result else { throw ExecStreamTests.Unexpected("\(stream.result)") }
            #expect(words.contains("no sign of life"))
            #expect(try await eventually { record.pings > 0 })
        }
    }

    @Test("ends by itself after the status if the server leaves the connection open")
    func openAfterStatus() async throws {
        var behaviour = Behaviour { try await $0.exit(9) }
        behaviour.closesAtEnd = false
        try await ExecStreamTests.withExec(behaviour, configuration: { $0.closeTimeout = .milliseconds(50) }) {
            stream, _ in
            #expect(await stream.nextOutput() == nil)
            #expect(stream.result == .exited(code: 9))
        }
    }

    @Test("closes the connection when the task that waits for output is cancelled")
    func cancelledReader() async throws {
        let behaviour = Behaviour { _ in try await Task.sleep(for: .seconds(60)) }
        try await ExecStreamTests.withExec(behaviour) { stream, record in
            try await withThrowingTaskGroup(of: ProgramOutput?.self) { group in
                group.addTask { await stream.nextOutput() }
                try await Task.sleep(for: .milliseconds(50))
                group.cancelAll()
                try await #expect(group.next() == .some(nil))
            }
            #expect(stream.result == .lost("cancelled while waiting for output"))
            try await #expect(eventually { record.isClosed })
        }
    }

    @Test("closes the connection when the task that sends input is cancelled")
    func cancelledWriter() async throws {
        let behaviour = Behaviour { _ in try await Task.sleep(for: .seconds(60)) }
        try await ExecStreamTests.withExec(behaviour) { stream, _ in
            await withTaskGroup(of: StreamInputError?.self) { group in
                group.addTask {
                    do throws(StreamInputError) {
                        while true { try await stream.write([UInt8](repeating: 0, count: 1 << 20)) }
                    } catch { return error }
                }
                try? await Task.sleep(for: .milliseconds(200))
                group.cancelAll()
                #expect(await group.next() == .some(.cancelled))
            }
            // The server is jammed and sees nothing any more, so this side is asked.
            try await #expect(eventually { stream.result == .lost("cancelled while sending input") })
        }
    }

    @Test("closes the connection when the body ends, and passes its error on")
    func bodyEnds() async throws {
        struct BodyFailure: Error {}
        let behaviour = Behaviour { _ in try await Task.sleep(for: .seconds(60)) }
        try await FakeExecServer.with(behaviour) { port, record in
            try await APIClient.with(port: port) { client in
                await #expect(throws: BodyFailure.self) {
                    try await client.withExec(ExecStreamTests.request()) { _ in throw BodyFailure() }
                }
                try await #expect(eventually { record.isClosed })
            }
        }
    }
}
