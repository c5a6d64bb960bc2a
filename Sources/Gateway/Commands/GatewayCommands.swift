import Classroom
import Foundation
import SSHServer
import Upstream

/// Carries out the gateway's own commands. What they print is their output; no quota stands in their way, for they are how
/// a student finds out about quotas.
struct GatewayCommands: Sendable {
    let labs: Labs
    let outlook: LabOutlook
    let admission: AdmissionDesk
    let stop: LabStop
    let marker: ActivityMarker

    /// - Throws: `LabSessionFailure`, `LabError`, or `BackendError` if the backend cannot be asked.
    func run(_ command: GatewayCommand, for session: LabSession) async throws -> ExitReport {
        let text =
            switch command {
            case .help: GatewayCommand.overview(keepsHome: session.course.home.outlivesLab)
            case .status: status(session).text
            case .extend: try await extend(session)
            case .stop: try await stop(session)
            case .reset: try await reset(session)
            }
        let lines = text.replacing("\n", with: session.terminal.hasTerminal ? "\r\n" : "\n")
        try? await session.channel.write(Array((lines + (session.terminal.hasTerminal ? "\r\n" : "\n")).utf8))
        return .status(0)
    }

    private func status(_ session: LabSession) -> StatusReport {
        StatusReport(
            student: session.student, course: session.course, lab: lab(session),
            outlook: outlook, ledger: admission.ledgers.record(of: session.student.name),
            room: admission.rooms.record(of: session.course.name), now: .clusterNow)
    }

    private func lab(_ session: LabSession) -> Lab? {
        labs.backend.lab(named: session.wanted.name.lab).flatMap { session.wanted.owns($0) ? $0 : nil }
    }

    private func existingLab(_ session: LabSession) throws(LabSessionFailure) -> Lab {
        guard let lab = lab(session), isUsable(lab) else { throw noLab(session) }
        return lab
    }

    private func isUsable(_ lab: Lab) -> Bool { !lab.isTerminating && lab.stopReason == nil }

    private func noLab(_ session: LabSession) -> LabSessionFailure {
        .refused("you have no lab in the course \(session.course.name); logging in starts one")
    }

    /// What it says is true when it is printed: it is written before, and whoever would stop the lab finds it changed.
    private func extend(_ session: LabSession) async throws -> String {
        let lab = try existingLab(session)
        outlook.uses.noteInteraction(withLab: lab.name)
        guard let marked = try await marker.mark(lab, .interaction, at: .clusterNow), isUsable(marked) else {
            throw noLab(session)
        }
        return status(session).labLines.joined(separator: "\n")
    }

    private func stop(_ session: LabSession) async throws -> String {
        _ = try await stop(session, .asked, because: "you have stopped it", holdDown: session.course.idle.holdDown)
        return "your lab is being stopped; your home \(session.course.home.outlivesLab ? "is kept" : "goes with it")"
    }

    private func reset(_ session: LabSession) async throws -> String {
        let old = try await stop(session, .reset, because: "you are starting it anew", holdDown: nil)
        let permit = LabPermit(admission: admission, outlook: outlook, order: session.wanted, isAttended: true)
        _ = try await session.client.wait {
            try await labs.ready(session.wanted, not: old, permit: permit) { await session.terminal.say("\($0)…") }
        }
        let home = session.course.home.outlivesLab ? "your home as it was" : "an empty home"
        return "your lab has been started anew, with \(home)"
    }

    /// The lab changes by itself now and then, so stopping it may take a few tries.
    ///
    /// - Returns: the lab that is stopped, or gone.
    private func stop(
        _ session: LabSession, _ cause: LabStopCause, because reason: String, holdDown: Duration?
    ) async throws -> Lab {
        var lab = try existingLab(session)
        var backoff = Labs.backoff
        while try await !stop.stop(lab, cause, because: reason, holdDown: holdDown, isDeliberate: true) {
            try await Task.sleep(for: backoff.next())
            guard let present = try await present(lab) else { return lab }
            lab = present
        }
        return lab
    }

    /// The lab as it is now; nil if it is gone. A later one of its name is another lab, which nobody wants stopped.
    private func present(_ lab: Lab) async throws(BackendError) -> Lab? {
        try await labs.backend.currentLab(named: lab.name).flatMap { $0.uid == lab.uid ? $0 : nil }
    }
}
