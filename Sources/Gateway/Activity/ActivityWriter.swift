import Foundation
import Logging
import ServiceLifecycle
import Upstream

/// Writes on each lab when it was last interacted with here: at most once a minute for each lab in use, and at once
/// if the lab is about to be stopped.
struct ActivityWriter: Service {
    let marker: ActivityMarker
    let backend: any LabBackend
    let uses: LabUses
    let outlook: LabOutlook
    let timing: LifeCycleTiming
    let logger: Logger

    /// Until graceful shutdown, and then once more: the next gateway shall know what this one does.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await writeUrgent() }
                group.addTask { await writeAtTicks() }
            }
        }
        var isFailing = false
        await write(atLeastAfter: .seconds(1), isFailing: &isFailing)
    }

    private func writeAtTicks() async {
        var isFailing = false
        while (try? await Task.sleep(for: timing.tick)) != nil {
            await write(atLeastAfter: timing.activityInterval, isFailing: &isFailing)
        }
    }

    /// Writes the marks of labs that are about to be stopped as soon as they are interacted with.
    private func writeUrgent() async {
        for await name in uses.urgentLabs {
            let now = Date.clusterNow
            guard let interaction = uses.interaction(withLab: name, now: now), let lab = backend.lab(named: name),
                !lab.isTerminating
            else { continue }
            // What cannot be written now is tried again at the next tick, which logs it, too.
            _ = try? await write(interaction, on: lab, now: now, atLeastAfter: timing.activityInterval)
        }
    }

    /// Writes the marks that are behind by `lag` or more.
    ///
    /// - Parameter isFailing: whether the last try has failed: an outage is logged once, and not for each lab and tick.
    private func write(atLeastAfter lag: Duration, isFailing: inout Bool) async {
        let now = Date.clusterNow
        for name in uses.labs {
            guard let interaction = uses.interaction(withLab: name, now: now) else { continue }
            guard let lab = backend.lab(named: name), !lab.isTerminating else {
                // Gone; or not there yet, but then there is a use, which keeps the clock.
                uses.forget(lab: name)
                continue
            }
            do throws(BackendError) {
                if try await write(interaction, on: lab, now: now, atLeastAfter: lag) { isFailing = false }
            } catch {
                // The next tick tries again; meanwhile this gateway knows better than the lab.
                if !isFailing { logger.activityNotWritten(name, error) }
                isFailing = true
                // The others would wait for the same backend, one after the other.
                if error.isRetryable { return }
            }
        }
    }

    /// - Returns: whether the backend was asked, and answered.
    private func write(
        _ interaction: Date, on lab: Lab, now: Date, atLeastAfter lag: Duration
    ) async throws(BackendError) -> Bool {
        let marks = LabMarks(lab)
        // A key that was pressed to keep a lab has to be known before the lab is stopped, also if it is pressed right
        // before the next tick finds that the end has come near.
        let isEnding = outlook.isEnding(lab, asFarAsOthersKnow: marks, at: now + timing.tick * 2)
        if isEnding { uses.expectInteraction(withLab: lab.name) }
        let behind = interaction.timeIntervalSince(marks.interaction ?? lab.created)
        // Marks tell whole seconds.
        guard behind >= 1 else {
            uses.forget(lab: lab.name)
            return false
        }
        guard behind >= lag.timeInterval || isEnding else { return false }
        try await marker.mark(lab, .interaction, at: interaction)
        return true
    }
}
