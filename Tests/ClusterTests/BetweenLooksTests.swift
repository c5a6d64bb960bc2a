@testable import TestSupport
import Testing

extension ClusterTests {
    /// What does not wait until the gateway looks after its labs the next time: it does so every ten minutes here.
    @Suite(
        SampleClassTrait(
            configuration: "lifeCycle: {tick: 10m, sweepInterval: 10m}",
            course: ["capacity": "1", "idle": "{lab: 10m, holdDown: 0s}"]))
    struct BetweenLooksTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        private func mark(_ student: String) async throws -> String? {
            let pod = try await sample.namespace.pod(of: student, course: "ending")
            return pod?["metadata"]["annotations"]["labgate.dev/last-interaction"].string
        }

        @Test("A lab that ends leaves its place to who waits for it, and its student's ledger")
        func places() async throws {
            try await sample.change {
                for name in ["first", "second"] { try await sample.write(student: name) }
            }
            let first = try sample.ssh("first")
            #expect(try await first.run("true").status == 0)
            let second = try sample.ssh("second").start("echo second is in")
            try await second.prints("you are number 1 in the queue")
            #expect(try await first.run(":stop").status == 0)
            #expect(try await second.end().output == "second is in\n")
            let isClosed = try await eventually(within: .seconds(30)) {
                let holdings = try await LedgerView.of("first", in: sample.namespace)?.holdings ?? []
                return !holdings.contains { $0.kind == "lab" }
            }
            #expect(isClosed)
            #expect(try await sample.ssh("second").run(":stop").status == 0)
        }

        @Test("Whoever comes to a lab that is about to be stopped is on its pod at once, and so is who says :extend")
        func marks() async throws {
            try await sample.change {
                let rules = "{lab: 10m, warnings: [10m]}"
                try sample.write(CourseDocument(name: "ending", more: ["idle": rules]))
                for name in ["comer", "extender"] { try await sample.write(student: name, courses: ["ending"]) }
            }
            for name in ["comer", "extender"] {
                #expect(try await sample.ssh(name).run("true").status == 0)
            }
            // Marks tell whole seconds.
            try await Task.sleep(for: .seconds(2))
            #expect(try await sample.ssh("comer").run("true").status == 0)
            let isMarked = try await eventually(within: .seconds(30)) { try await mark("comer") != nil }
            #expect(isMarked)
            #expect(try await sample.ssh("extender").run(":extend").status == 0)
            #expect(try await mark("extender") != nil)
        }
    }
}
