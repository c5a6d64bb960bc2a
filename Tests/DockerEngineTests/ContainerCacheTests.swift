import Foundation
import TestSupport
import Testing

@testable import DockerEngine

/// The cache of containers on the real engine that `LABGATE_TEST_ENGINE` names.
@Suite(
    "A cache of containers", .enabled(if: TestEngine.isThere, "LABGATE_TEST_ENGINE is not set"), .serialized,
    .timeLimit(.minutes(5)))
struct ContainerCacheTests {
    /// A cache that runs, of containers with a label of its own.
    private func withCache(
        _ client: EngineClient, configuration: ContainerCacheConfiguration = .init(),
        _ body: @Sendable (ContainerCache, ContainerSpec) async throws -> Void
    ) async throws {
        var spec = TestEngine.spec()
        spec.labels = [TestEngine.label: TestEngine.uniqueName()]
        let cache = ContainerCache(
            client: client, labels: spec.labels, configuration: configuration, logger: TestEngine.logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await cache.run() }
            defer { group.cancelAll() }
            try await cache.waitUntilSynced()
            try await body(cache, spec)
        }
    }

    @Test("shows what happens to containers, from their creation to their end")
    func life() async throws {
        try await TestEngine.withClient { client in
            try await withCache(client) { cache, spec in
                #expect(cache.containers.isEmpty)
                let name = TestEngine.uniqueName()
                var updates = cache.updates(ofContainerNamed: name).makeAsyncIterator()
                #expect(await updates.next() == .some(nil))
                let id = try await client.createContainer(named: name, spec).id
                #expect(try await eventually { cache.container(named: name)?.state.isRunning == false })
                try await client.startContainer(id)
                #expect(try await eventually { cache.container(named: name)?.state.isRunning == true })
                #expect(await updates.next()??.id == id)
                try await client.stopContainer(id, timeout: .zero)
                #expect(try await eventually { cache.container(named: name)?.state.isRunning == false })
                try await client.removeContainer(id)
                #expect(try await eventually { cache.containers.isEmpty })
            }
        }
    }

    @Test("knows those that were there before it, sees a program end by itself, and leaves others out")
    func others() async throws {
        try await TestEngine.withClient { client in
            var configuration = ContainerCacheConfiguration()
            configuration.resyncInterval = .seconds(1)
            try await withCache(client, configuration: configuration) { cache, spec in
                var brief = spec
                brief.command = ["sh", "-c", "sleep 0.5; exit 9"]
                let name = TestEngine.uniqueName()
                let id = try await client.createContainer(named: name, brief).id
                try await client.startContainer(id)
                #expect(try await eventually { cache.container(named: name)?.state.exitCode == 9 })
                #expect(cache.container(named: name)?.state.isRunning == false)
                let second = ContainerCache(client: client, labels: spec.labels, logger: TestEngine.logger)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await second.run() }
                    try await second.waitUntilSynced()
                    #expect(second.containers.map(\.id) == [id])
                    group.cancelAll()
                }
                try await TestEngine.withContainer { _, other in
                    try await Task.sleep(for: .milliseconds(500))
                    #expect(!cache.containers.contains { $0.id == other })
                }
                try await client.removeContainer(id, force: true)
                #expect(try await eventually { cache.containers.isEmpty })
            }
        }
    }
}

/// What the cache makes of answers that overtake each other, which a real engine gives seldom.
@Suite("Answers about containers that come late")
struct ContainerLooksTests {
    private static func inspection(_ id: String, created: String) -> FakeEngine.Answer {
        .http(
            "200 OK",
            #"{"Id": "\#(id)", "Name": "/lab", "Created": "\#(created)", "Image": "i", "Config": {"Image": "i"}, "#
                + #""State": {"Status": "running", "Running": true}}"#)
    }

    @Test("The container before does not take the place of the one that has its name now")
    func successor() async throws {
        try await FakeEngine.with { line in
            switch true {
            case line.contains("/containers/new/json"): Self.inspection("new", created: "2026-11-02T10:00:00.2Z")
            case line.contains("/containers/old/json"): Self.inspection("old", created: "2026-11-02T10:00:00.1Z")
            case line.contains("/_ping"): FakeEngine.ping
            default: .http("404 Not Found", #"{"message": "no such container"}"#)
            }
        } _: { path, _ in
            try await EngineClient.with(socketPath: path) { client in
                let cache = ContainerCache(client: client, labels: [:], logger: TestEngine.logger)
                try await cache.refresh("old")
                #expect(cache.container(named: "lab")?.id == "old")
                try await cache.refresh("new")
                try await cache.refresh("old")
                #expect(cache.container(named: "lab")?.id == "new")
                try await cache.refresh("gone")
                #expect(cache.containers.map(\.id) == ["new"])
            }
        }
    }

    @Test("A container that is gone stays gone for whoever asked before")
    func gone() {
        var looks = ContainerLooks()
        let early = looks.begin()
        looks.noteGone("a")
        #expect(looks.hasLater("a", than: early))
        #expect(!looks.hasLater("b", than: early))
        looks.forget(except: [], before: early)
        #expect(looks.hasLater("a", than: early))
        let late = looks.begin()
        #expect(!looks.hasLater("a", than: late))
        looks.forget(except: [], before: late)
        #expect(!looks.hasLater("a", than: early))
    }
}
