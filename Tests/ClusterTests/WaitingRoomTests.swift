import Foundation
@testable import TestSupport
import Testing

extension ClusterTests {
    /// A course that is full: who waits, and who is next.
    @Suite(.sampleClass(course: ["capacity": "1", "idle": "{holdDown: 0s}"]))
    struct WaitingRoomTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        @Test("When a course is full students wait, are told their places, and get in one after the other")
        func queue() async throws {
            try await sample.change {
                for name in ["first", "second", "third"] { try await sample.write(student: name) }
            }
            let first = try sample.ssh("first")
            #expect(try await first.run("true").status == 0)

            let second = try sample.ssh("second").start("echo second is in")
            try await second.prints("you are number 1 in the queue; there should be room by")
            let other = try await LabgateProcess.serve(configuration: sample.configuration)
            let third = try sample.ssh("third", at: other).start("echo third is in")
            try await third.prints("you are number 2 in the queue")
            #expect(try await sample.namespace.pods().count == 1)

            #expect(try await first.run(":stop").status == 0)
            let child = try await second.end()
            #expect(child.status == 0, "\(child.errors)")
            #expect(child.output == "second is in\n")
            try await third.prints("you are number 1 in the queue")
            #expect(third.isRunning)

            #expect(try await sample.ssh("second").run(":stop").status == 0)
            #expect(try await third.end().output == "third is in\n")
            try await other.stop()
        }

        @Test("A place is kept over a reconnect, and those who come later do not pass")
        func reconnect() async throws {
            try await sample.change {
                for name in ["holder", "patient", "later"] { try await sample.write(student: name) }
            }
            for pod in try await sample.namespace.pods() {
                try await sample.namespace.kubectl("delete", "pod", pod["metadata"]["name"].string ?? "")
            }
            let isEmpty = try await eventually(within: .seconds(30)) { try await sample.namespace.pods().isEmpty }
            #expect(isEmpty)
            let isIn = try await eventually(within: .seconds(60), every: .seconds(1)) {
                let child = try? await sample.ssh("holder").run("true", within: .seconds(5))
                return child?.status == 0
            }
            #expect(isIn)
            let patient = try sample.ssh("patient").start("true")
            try await patient.prints("you are number 1 in the queue")
            let later = try sample.ssh("later").start("true")
            try await later.prints("you are number 2 in the queue")
            patient.kill()
            let again = try sample.ssh("patient").start("true")
            try await again.prints("you are number 1 in the queue")
            again.kill()
            later.kill()
        }

        @Test("Where the namespace's quota is used up students wait as well, in the order in which they came")
        func namespaceQuota() async throws {
            let namespace = sample.namespace
            try await sample.change {
                try sample.write(CourseDocument(name: "wide"))
                for name in ["one", "two", "three"] { try await sample.write(student: name, courses: ["wide"]) }
            }
            #expect(try await sample.ssh("one").run("true").status == 0)
            let count = try await namespace.pods().count
            try await namespace.kubectl("create", "quota", "full", "--hard=pods=\(count)")
            let isInForce = try await eventually(every: .milliseconds(100)) {
                try await namespace.kubectl("get", "quota", "full", "--output=jsonpath={.status.used.pods}") == "\(count)"
            }
            try #require(isInForce)
            let two = try sample.ssh("two").start("echo two is in")
            try await two.prints("there is no room for another lab now; you are number 1 in the queue")
            let three = try sample.ssh("three").start("echo three is in")
            try await three.prints("there is no room for another lab now; you are number 2 in the queue")
            // Who waits for a lab has none, and no lab time passes.
            let holdings = try #require(await LedgerView.of("three", in: namespace)).holdings
            #expect(holdings.contains { $0.kind == "labSession" } && !holdings.contains { $0.kind == "lab" })
            #expect(try await sample.ssh("one").run(":stop").status == 0)
            #expect(try await two.end().output == "two is in\n")
            #expect(three.isRunning)
            try await namespace.kubectl("delete", "quota", "full")
            #expect(try await three.end().output == "three is in\n")
        }
    }
}
