@testable import TestSupport
import Testing

extension ClusterTests {
    /// A namespace that has no room for more labs.
    @Suite(.sampleClass(course: ["idle": "{holdDown: 0s}"]))
    struct NamespaceQuotaTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        /// How many pods there are when none of them is ending: a quota counts those, too, until they are gone.
        private func settledPodCount() async throws -> Int {
            let isSettled = try await eventually(within: .seconds(60), every: .milliseconds(500)) {
                try await sample.namespace.pods().allSatisfy { $0["metadata"]["deletionTimestamp"].string == nil }
            }
            try #require(isSettled)
            return try await sample.namespace.pods().count
        }

        @Test("Where the namespace's quota is used up students wait as well, in the order in which they came")
        func namespaceQuota() async throws {
            let namespace = sample.namespace
            try await sample.change {
                try sample.write(CourseDocument(name: "wide"))
                for name in ["one", "two", "three"] { try await sample.write(student: name, courses: ["wide"]) }
            }
            #expect(try await sample.ssh("one").run("true").status == 0)
            let count = try await settledPodCount()
            try await namespace.kubectl("create", "quota", "full", "--hard=pods=\(count)")
            let isInForce = try await eventually(every: .milliseconds(100)) {
                try await namespace.kubectl("get", "quota", "full", "--output=jsonpath={.status.used.pods}") == "\(count)"
            }
            try #require(isInForce)
            let two = try sample.ssh("two").start("echo two is in")
            try await two.prints("there is no room for another lab now; you are number 1 in the queue")
            let twice = try sample.ssh("two").start("echo two is in twice")
            try await twice.prints("there is no room for another lab now; you are number 1 in the queue")
            let three = try sample.ssh("three").start("echo three is in")
            try await three.prints("there is no room for another lab now; you are number 2 in the queue")
            // Who waits for a lab has none, and no lab time passes.
            let holdings = try #require(await LedgerView.of("three", in: sample.site)).holdings
            #expect(holdings.contains { $0.kind == "labSession" } && !holdings.contains { $0.kind == "lab" })
            #expect(try await sample.ssh("one").run(":stop").status == 0)
            #expect(try await two.end().output == "two is in\n")
            #expect(try await twice.end().output == "two is in twice\n")
            #expect(three.isRunning)
            try await namespace.kubectl("delete", "quota", "full")
            #expect(try await three.end().output == "three is in\n")
        }

        @Test("Where the namespace's quota has room for one lab, all logins of a student get into it who come at once")
        func lastRoom() async throws {
            let namespace = sample.namespace
            try await sample.change {
                try sample.write(CourseDocument(name: "last"))
                try await sample.write(student: "pair", courses: ["last"])
            }
            let count = try await settledPodCount()
            try await namespace.kubectl("create", "quota", "last", "--hard=pods=\(count + 1)")
            let used = "--output=jsonpath={.status.used.pods}"
            let isInForce = try await eventually(every: .milliseconds(100)) {
                try await namespace.kubectl("get", "quota", "last", used) == "\(count)"
            }
            try #require(isInForce)
            let logins = try (0..<4).map { _ in try sample.ssh("pair").start("echo in") }
            for login in logins {
                let child = try await login.end()
                #expect(child.output == "in\n", "\(child.errors)")
            }
            let holdings = try #require(await LedgerView.of("pair", in: sample.site)).holdings
            #expect(holdings.filter { $0.kind == "lab" }.count == 1)
            try await namespace.kubectl("delete", "quota", "last")
        }
    }
}
