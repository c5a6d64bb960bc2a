import Classroom
import Foundation
import Logging
import ServiceLifecycle
import Upstream

/// Sees to it that the ledgers say what this gateway holds.
///
/// A gateway that the others have not heard of for a while, because its machine was suspended or the API server could
/// not be reached, is taken for dead, and what it held is closed. When it comes back its connections and lab sessions
/// may still be there. They are noted again, and their time counts on from where it was closed; what a limit does not
/// permit any more, because the student has gone on elsewhere, ends with a sentence.
struct HoldingKeeper: Service {
    let admission: AdmissionDesk
    let uses: LabUses
    /// When the others last had reason to take this gateway for dead; nil if never.
    let absentSince: @Sendable () -> Date?
    let timing: LifeCycleTiming
    let logger: Logger

    /// Ledgers that are changed at the same time.
    private static let maximumConcurrentCount = 8

    /// Until graceful shutdown.
    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: timing.tick)
                await check()
            }
        }
    }

    private func check() async {
        let lost = admission.held.byStudent.compactMap { student, holdings -> (String, [OpenHolding])? in
            let ledger = admission.ledgers.record(of: student)
            let missing = holdings.filter { ledger.holding($0.id) == nil }
            return missing.isEmpty ? nil : (student, missing)
        }
        await lost.forEach(concurrently: Self.maximumConcurrentCount) { await restore($0.1, of: $0.0) }
    }

    private func restore(_ lost: [OpenHolding], of name: String) async {
        // Who is not in the classroom any more is seen out by others.
        guard let student = admission.classroom().students[name] else { return }
        // What cannot be written now, of which the ledgers tell the log, the next look finds again.
        guard let refusals = try? await admission.restore(lost, of: student, lostAt: absentSince() ?? .clusterNow)
        else {
            return
        }
        logger.holdingsRestored(lost.count - refusals.count, refused: refusals.count, of: name)
        for holding in lost {
            if let refusal = refusals[holding.id] { end(holding, refusal) }
        }
    }

    /// Ends a lab session, or everything on a connection.
    private func end(_ holding: OpenHolding, _ refusal: Refusal) {
        admission.held.forget(holding.id)
        let when = admission.classroom().courses[holding.course]?.calendar.text(for:) ?? { "\($0)" }
        let reason = LabSessionFailure.over(
            "this session was closed: its gateway was cut off from the cluster for a while, and now "
                + refusal.sentence(when))
        for use in uses.all where use.id == holding.id || use.connection == holding.id {
            if use.end(reason) { logger.labSessionEnding(use, reason) }
        }
    }
}
