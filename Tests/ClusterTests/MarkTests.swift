@testable import TestSupport
import Testing

extension ClusterTests {
    /// What gateways write on a pod at once, and not when they look after their labs the next time.
    @Suite(
        SampleClassTrait(
            configuration: "lifeCycle: {tick: 10m, sweepInterval: 10m}", course: ["idle": "{lab: 10m, holdDown: 0s}"]))
    struct MarkTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        private func mark(_ student: String) async throws -> String? {
            let pod = try await sample.namespace.pod(of: student, course: "ending")
            return pod?["metadata"]["annotations"]["labgate.dev/last-interaction"].string
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
