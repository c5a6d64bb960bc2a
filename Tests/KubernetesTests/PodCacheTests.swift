import Foundation
import Logging
import NIOHTTP1
import Synchronization
import Testing
import Upstream

@testable import Kubernetes

@Suite("The pod cache")
struct PodCacheTests {
    /// Answers the first list, then each later request in turn, counted.
    private final class Script: Sendable {
        private let requests = Mutex<[FakeAPIServer.Request]>([])

        var all: [FakeAPIServer.Request] { requests.withLock { $0 } }
        var lists: Int { all.count { !$0.hasQuery("watch=true") } }
        var watches: [FakeAPIServer.Request] { all.filter { $0.hasQuery("watch=true") } }

        /// Records a request; how many of its kind came before it.
        func record(_ request: FakeAPIServer.Request) -> Int {
            requests.withLock { requests in
                requests.append(request)
                let isWatch = request.hasQuery("watch=true")
                return requests.count { $0.hasQuery("watch=true") == isWatch } - 1
            }
        }
    }

    private typealias Answer = @Sendable (_ number: Int, FakeAPIServer.Responder) async throws -> Void

    private static func pod(_ name: String, _ version: Int, uid: String = "u", extra: String = "") -> String {
        #"{"metadata":{"name":"\#(name)","uid":"\#(uid)","resourceVersion":"\#(version)","labels":{"x":"\#(extra)"}}}"#
    }

    private static func list(_ version: Int, _ pods: [String]) -> String {
        #"{"metadata":{"resourceVersion":"\#(version)"},"items":[\#(pods.joined(separator: ","))]}"#
    }

    private static func event(_ type: String, _ object: String) -> String {
        #"{"type":"\#(type)","object":\#(object)}"# + "\n"
    }

    /// Runs a cache against a server that answers lists and watches so.
    private func with(
        configuration: (inout ObjectCacheConfiguration) -> Void = { _ in }, silenceLimit: Duration = .seconds(30),
        list: @escaping Answer, watch: @escaping Answer,
        _ body: (PodCache, Script) async throws -> Void
    ) async throws {
        let script = Script()
        var bounds = APIClientConfiguration()
        bounds.watchSilenceLimit = silenceLimit
        var cacheBounds = ObjectCacheConfiguration()
        cacheBounds.minimumBackoff = .milliseconds(2)
        cacheBounds.maximumBackoff = .milliseconds(20)
        configuration(&cacheBounds)
        try await FakeAPIServer.with { request, responder in
            let number = script.record(request)
            try await request.hasQuery("watch=true") ? watch(number, responder) : list(number, responder)
        } _: { port in
            try await APIClient.with(port: port, configuration: bounds) { client in
                let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                let cache = PodCache(
                    client: client, namespace: "lab", labelSelector: "app=x", configuration: cacheBounds,
                    logger: logger)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await cache.run() }
                    try await body(cache, script)
                    group.cancelAll()
                }
            }
        }
    }

    @Test("follows a list and a watch from its version")
    func basics() async throws {
        try await with { _, responder in
            try await responder.answer(Self.list(10, [Self.pod("a", 1), Self.pod("b", 2)]))
        } watch: { number, responder in
            try await responder.begin()
            if number == 0 {
                try await responder.write(Self.event("ADDED", Self.pod("c", 11)))
                try await responder.write(Self.event("MODIFIED", Self.pod("a", 12)))
                try await responder.write(Self.event("DELETED", Self.pod("b", 13)))
            }
            try await responder.hold()
        } _: { cache, script in
            try await cache.waitUntilSynced()
            try await #expect(eventually { cache.pod(named: "b") == nil })
            #expect(cache.isSynced)
            #expect(cache.pod(named: "a")?.metadata.resourceVersion == "12")
            #expect(Set(cache.pods.map(\.metadata.name)) == ["a", "c"])
            let watch = try #require(script.watches.first)
            #expect(watch.hasQuery("resourceVersion=10"))
            #expect(watch.hasQuery("allowWatchBookmarks=true"))
            #expect(watch.hasQuery("labelSelector=app%3Dx"))
            #expect(script.lists == 1)
        }
    }

    @Test("goes on from the last event or bookmark when the server ends the watch or the connection is cut")
    func resumption() async throws {
        try await with { _, responder in
            try await responder.answer(Self.list(10, []))
        } watch: { number, responder in
            try await responder.begin()
            switch number {
            case 0:
                try await responder.write(Self.event("ADDED", Self.pod("a", 11)))
                try await responder.end()
            case 1:
                try await responder.write(
                    Self.event(
                        "BOOKMARK", #"{"kind":"Pod","metadata":{"resourceVersion":"25","creationTimestamp":null}}"#))
                // Half an event, then a cut: it must not count.
                try await responder.write(#"{"type":"DELETED","object":{"metadata":{"name":"a""#)
                responder.cut()
            default:
                try await responder.hold()
            }
        } _: { cache, script in
            try await #expect(eventually { script.watches.count == 3 })
            #expect(script.watches[1].hasQuery("resourceVersion=11"))
            #expect(script.watches[2].hasQuery("resourceVersion=25"))
            #expect(script.lists == 1)
            #expect(cache.pod(named: "a") != nil)
        }
    }

    @Test("lists anew when its version is too old, and then knows what was deleted", arguments: [true, false])
    func gone(inStream: Bool) async throws {
        let status =
            #"{"kind":"Status","status":"Failure","reason":"Expired","code":410,"message":"too old resource version"}"#
        try await with { number, responder in
            let pods = number == 0 ? [Self.pod("a", 1), Self.pod("b", 2)] : [Self.pod("b", 2), Self.pod("c", 30)]
            try await responder.answer(Self.list(number == 0 ? 10 : 31, pods))
        } watch: { number, responder in
            if number > 0 {
                try await responder.begin()
                return try await responder.hold()
            }
            guard inStream else { return try await responder.answer(.gone, status) }
            try await responder.begin()
            try await responder.write(Self.event("ERROR", status))
            try await responder.end()
        } _: { cache, script in
            var updates = cache.updates(ofPodNamed: "a").makeAsyncIterator()
            while let pod = await updates.next(), pod != nil {}
            try await #expect(eventually { script.watches.count == 2 })
            #expect(Set(cache.pods.map(\.metadata.name)) == ["b", "c"])
            #expect(script.watches[1].hasQuery("resourceVersion=31"))
        }
    }

    @Test("reads events that come byte by byte, and large ones")
    func chunks() async throws {
        let large = String(repeating: "x", count: 1 << 20)
        try await with { _, responder in
            try await responder.answer(Self.list(10, []))
        } watch: { number, responder in
            try await responder.begin()
            if number == 0 {
                for character in Self.event("ADDED", Self.pod("a", 11)) { try await responder.write(String(character)) }
                try await responder.write(Self.event("ADDED", Self.pod("b", 12, extra: large)))
            }
            try await responder.hold()
        } _: { cache, _ in
            try await #expect(eventually { cache.pod(named: "b") != nil })
            #expect(cache.pod(named: "a") != nil)
            #expect(cache.pod(named: "b")?.metadata.labels["x"] == large)
        }
    }

    @Test("lists anew instead of holding an event beyond its bound")
    func tooLong() async throws {
        try await with(configuration: { $0.maximumLineBytes = 1000 }) { number, responder in
            try await responder.answer(Self.list(10 + number, []))
        } watch: { number, responder in
            try await responder.begin()
            if number == 0 { try await responder.write(String(repeating: "x", count: 2000)) }
            try await responder.hold()
        } _: { _, script in
            try await #expect(eventually { script.lists == 2 && script.watches.count == 2 })
        }
    }

    @Test("gives up a watch that is silent for too long")
    func silence() async throws {
        try await with(silenceLimit: .milliseconds(100)) { _, responder in
            try await responder.answer(Self.list(10, []))
        } watch: { _, responder in
            try await responder.begin()
            try await responder.hold()
        } _: { _, script in
            try await #expect(eventually { script.watches.count >= 3 })
            #expect(script.lists == 1)
        }
    }

    @Test("keeps what it knows through an outage and tries again")
    func outage() async throws {
        try await with { number, responder in
            if number == 0 { return responder.cut() }
            if number == 1 { return try await responder.answer(.internalServerError, "etcd") }
            try await responder.answer(Self.list(10, [Self.pod("a", 1)]))
        } watch: { number, responder in
            if number < 3 { return responder.cut() }
            try await responder.begin()
            try await responder.write(Self.event("ADDED", Self.pod("b", 11)))
            try await responder.hold()
        } _: { cache, script in
            try await cache.waitUntilSynced()
            try await #expect(eventually { cache.pod(named: "b") != nil })
            #expect(cache.pod(named: "a") != nil)
            #expect(script.lists == 3)
        }
    }
}
