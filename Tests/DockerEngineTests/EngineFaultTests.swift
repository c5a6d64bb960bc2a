import Foundation
import TestSupport
import Testing
import Upstream

@testable import DockerEngine

/// What is told when the engine itself goes; only one that belongs to the tests is ended.
@Suite(
    "An engine that is killed",
    .enabled(if: TestEngine.isThere && TestEngine.command != nil, "LABGATE_TEST_ENGINE_COMMAND is not set"), .serialized,
    .timeLimit(.minutes(5)))
struct EngineFaultTests {
    private func engine(_ verb: String) async throws {
        let program = try await ChildProcess.run([TestEngine.command ?? "", verb])
        try #require(program.status == 0, "\(program.errors)")
    }

    @Test("ends execs without a false success, is missed in words, and is found again by the cache")
    func killed() async throws {
        var spec = TestEngine.spec()
        spec.labels = [TestEngine.label: TestEngine.uniqueName()]
        try await TestEngine.withContainer(spec) { client, id in
            let cache = ContainerCache(client: client, labels: spec.labels, logger: TestEngine.logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await cache.run() }
                defer { group.cancelAll() }
                try await cache.waitUntilSynced()
                let command = ["sh", "-c", "echo up; sleep 60"]
                try await client.withExec(EngineExec(container: id, command: command, tty: false)) { stream in
                    #expect(await stream.nextOutput() == .stdout(Array("up\n".utf8)))
                    try await engine("kill")
                    _ = await stream.collect()
                    guard case .lost(let words) = stream.result else {
                        Issue.record("\(stream.result)")
                        return
                    }
                    #expect(words.contains("the engine has gone"))
                }
                let missed = await #expect(throws: EngineError.self) { try await client.container(id) }
                #expect(missed?.code == .unreachable)
                #expect(missed?.message.contains("start") == true)
                #expect(cache.containers.map(\.id) == [id])
                try await engine("start")
                #expect(try await client.container(id).state.isRunning)
                #expect(try await client.output(of: ["echo", "again"], in: id) == "again")
                try await client.stopContainer(id, timeout: .zero)
                #expect(try await eventually { cache.containers.first?.state.isRunning == false })
            }
        }
    }
}
