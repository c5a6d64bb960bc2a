import Foundation
import NIOHTTP1
import Synchronization
import Testing
import Upstream

@testable import Kubernetes

@Suite("The cache of a custom resource")
struct ObjectCacheTests {
    private static let courses = ResourceType<CustomResource>(
        group: "labgate.dev", version: "v1alpha1", plural: "courses")

    /// The API server's view: does it have the resource, and which requests came?
    private final class Server: Sendable {
        private let state = Mutex((isInstalled: false, lists: 0))
        var lists: Int { state.withLock { $0.lists } }
        var isInstalled: Bool { state.withLock { $0.isInstalled } }
        func install(_ isInstalled: Bool) { state.withLock { $0.isInstalled = isInstalled } }

        /// Answers as API servers do: where there is no such path, they say so in plain text.
        func answer(_ request: FakeAPIServer.Request, _ responder: FakeAPIServer.Responder) async throws {
            guard isInstalled || !request.hasQuery("watch=true") else { return try await refuse(responder) }
            guard request.hasQuery("watch=true") else { return try await list(responder) }
            try await responder.begin()
            while isInstalled { try await Task.sleep(for: .milliseconds(5)) }
            try await responder.end()
        }

        private func refuse(_ responder: FakeAPIServer.Responder) async throws {
            try await responder.answer(.notFound, "404 page not found\n")
        }

        private func list(_ responder: FakeAPIServer.Responder) async throws {
            state.withLock { $0.lists += 1 }
            guard isInstalled else { return try await refuse(responder) }
            try await responder.answer(
                #"{"metadata":{"resourceVersion":"9"},"items":[{"kind":"Course","metadata":{"name":"c"}}]}"#)
        }
    }

    private func with(_ body: (ObjectCache<CustomResource>, Server, LogRecorder) async throws -> Void) async throws {
        let (server, log) = (Server(), LogRecorder())
        var bounds = ObjectCacheConfiguration()
        bounds.minimumBackoff = .milliseconds(1)
        bounds.maximumBackoff = .milliseconds(20)
        try await FakeAPIServer.with { request, responder in
            try await server.answer(request, responder)
        } _: { port in
            try await APIClient.with(port: port) { client in
                let cache = ObjectCache(
                    client: client, resource: Self.courses, namespace: "lab", configuration: bounds,
                    logger: log.logger)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await cache.run() }
                    try await body(cache, server, log)
                    group.cancelAll()
                }
            }
        }
    }

    @Test("is synced and empty while there is no such resource, says so once, and picks it up when it is installed")
    func missing() async throws {
        try await with { cache, server, log in
            var updates = cache.updates(ofObjectNamed: "c").makeAsyncIterator()
            try await cache.waitUntilSynced()
            #expect(await updates.next() == .some(nil))
            #expect(!cache.isAvailable)
            #expect(cache.objects.isEmpty)
            try await #expect(eventually { server.lists >= 3 })
            #expect(log.messages == ["The cluster has no courses.labgate.dev; looking again now and then"])
            server.install(true)
            #expect(await updates.next()??.kind == "Course")
            #expect(cache.isAvailable)
            #expect(cache.object(named: "c") != nil)
            try await #expect(eventually { log.messages.last == "The cluster has courses.labgate.dev now" })
        }
    }

    @Test("keeps what it has seen when the resource is said to be missing later")
    func lost() async throws {
        try await with { cache, server, _ in
            server.install(true)
            try await #expect(eventually { !cache.objects.isEmpty })
            server.install(false)
            try await #expect(eventually { !cache.isAvailable })
            #expect(cache.objects.map(\.metadata.name) == ["c"])
        }
    }

    @Test("asks for all objects unless there is a selector")
    func noSelector() async throws {
        let (request, _) = try await FakeAPIServer.record(#"{"metadata":{},"items":[]}"#) {
            try await $0.listPages(Self.courses, namespace: "lab", pageSize: 10)
        }
        #expect(request.head.uri == "/apis/labgate.dev/v1alpha1/namespaces/lab/courses?limit=10")
    }
}
