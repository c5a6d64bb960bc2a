@testable import TestSupport
import Testing

extension LabTests {
    /// What does not wait until the gateway looks after its labs the next time: it does so every ten minutes here.
    @Suite(
        SampleClassTrait(
            configuration: "lifeCycle: {tick: 10m, sweepInterval: 10m}",
            course: ["capacity": "1", "idle": "{lab: 10m, holdDown: 0s}"]))
    struct BetweenLooksTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

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
                let holdings = try await LedgerView.of("first", in: sample.site)?.holdings ?? []
                return !holdings.contains { $0.kind == "lab" }
            }
            #expect(isClosed)
            #expect(try await sample.ssh("second").run(":stop").status == 0)
        }
    }
}
