import Foundation
@testable import TestSupport
import Testing

extension LabTests {
    /// Changes of the classroom while the gateway runs.
    @Suite(.sampleClass)
    struct ClassroomChangeTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        @Test("A new student can log in within seconds, and one whose document goes cannot any more")
        func liveChange() async throws {
            try await sample.write(student: "newcomer")
            let isIn = try await eventually(within: .seconds(15), every: .milliseconds(300)) {
                try await sample.ssh("newcomer").run("true").status == 0
            }
            #expect(isIn)
            try FileManager.default.removeItem(at: sample.classroom.appending(path: "student-newcomer.yaml"))
            let isOut = try await eventually(within: .seconds(15), every: .milliseconds(300)) {
                try await sample.ssh("newcomer").run("true").status == 255
            }
            #expect(isOut)
        }

        @Test("A broken document changes nothing and is logged with file, line and key")
        func brokenDocument() async throws {
            let good = StudentDocument(name: "edu03", publicKeys: []).yaml
            try sample.write(good.replacing("suspended: false", with: "suspendedd: maybe"), to: "broken.yaml")
            defer { try? FileManager.default.removeItem(at: sample.classroom.appending(path: "broken.yaml")) }
            let gateway = try sample.gateway
            let isLogged = try await eventually(within: .seconds(15)) {
                gateway.logged("Refused a document").contains {
                    $0["classroom.problem"].string?.contains("broken.yaml:7: spec.suspendedd: ") == true
                }
            }
            #expect(isLogged, "\(gateway.logged("Refused a document"))")
            #expect(!gateway.logged("Kept the old classroom, for the changed one is wrong").isEmpty)
            #expect(try await sample.ssh().run("echo still in").output == "still in\n")
        }

        @Test("SIGHUP reads the classroom at once")
        func hangUp() async throws {
            let gateway = try sample.gateway
            try await sample.write(student: "prompt01")
            gateway.reload()
            let isTaken = try await eventually(within: .seconds(1)) {
                gateway.logged("Took on a changed classroom").contains {
                    $0["classroom.students.added"].string == "prompt01"
                }
            }
            #expect(isTaken)
        }
    }
}
