import Classroom
import Foundation
import SSHServer
import Testing

@testable import Gateway

/// As what ends, refusals and failures are counted.
@Suite("What is counted")
struct CountedTests {
    @Test(
        "A refusal is counted by the limit that it is about",
        arguments: [
            (.tooMany(.connection, held: 1, limit: 1, course: "c", statusCommand: nil), .connections),
            (.tooMany(.labSession, held: 1, limit: 1, course: "c", statusCommand: nil), .labSessions),
            (.tooMany(.lab, held: 1, limit: 1, course: "c", statusCommand: nil), .labs),
            (.tooManyInExam(.connection, limit: 1, course: "c", until: .now, statusCommand: nil), .exam),
            (.forbiddenInExam(.sftp, course: "c", until: .now), .exam),
            (.spent(.connectedTime, .day, limit: .seconds(1), until: .now), .connectedTime),
            (.spent(.labTime, .day, limit: .seconds(1), until: .now), .labTime),
            (.spent(.cpuTime, .term, limit: .seconds(1), until: .now), .cpuTime),
            (.closed(course: "c", until: nil), .openingHours),
            (.heldDown(course: "c", reason: "r", at: .now, until: .now), .holdDown),
        ] as [(Refusal, QuotaLimit)])
    func limits(_ refusal: Refusal, _ limit: QuotaLimit) {
        #expect(refusal.limit == limit)
    }

    @Test(
        "A program's end is good or not, whatever the gateway had to do with it",
        arguments: [
            (.status(0), .ok), (.status(1), .failed), (.status(254), .failed),
            (.signal(name: "KILL", message: ""), .failed),
        ] as [(ExitReport, LabSessionEnd)])
    func ends(_ report: ExitReport, _ end: LabSessionEnd) {
        #expect(LabSessionEnd(report) == end)
    }

    @Test(
        "What students do wrong, and what rules end, is no fault of the gateway's; what the cluster does is",
        arguments: [
            (.unknown, .refused), (.refused("no", limit: .labs), .refused), (.noGatewayCommand(":x"), .refused),
            (.over("time is up"), .stopped), (.labStopped("idle", keepsHome: true), .stopped), (.labEnded("gone"), .stopped),
            (.lab(LabError(cause: "c", advice: "a")), .gatewayFault), (.notRun("r"), .gatewayFault),
            (.lost("r"), .gatewayFault),
        ] as [(LabSessionFailure, LabSessionEnd)])
    func failures(_ failure: LabSessionFailure, _ end: LabSessionEnd) {
        #expect(failure.end == end)
    }

    @Test("A start that ends is counted by what has ended it")
    func starts() {
        #expect(LabStartOutcome(LabSessionFailure.refused("no")) == .refused)
        #expect(LabStartOutcome(CancellationError()) == .gone)
        #expect(LabStartOutcome(LabError(cause: "c", advice: "a")) == .failed)
    }

    @Test("Of a lab's end, age is told from disuse")
    func stops() {
        #expect(EndReason.age(.seconds(1)).cause == .age)
        #expect(EndReason.unused(interaction: nil, work: nil, workCounts: false).cause == .idle)
    }
}
