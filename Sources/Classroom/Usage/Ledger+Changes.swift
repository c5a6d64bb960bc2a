public import Foundation

extension Ledger {
    /// Notes that something is held from now on. Once is enough: the same id again changes nothing.
    ///
    /// - Returns: whether it is held; false only if there is no room for it.
    @discardableResult
    public mutating func open(_ holding: Holding) -> Bool {
        if self.holding(holding.id) != nil { return true }
        guard holdings.count < Self.maximumHoldingCount else { return false }
        holdings.append(holding)
        return true
    }

    /// Ends a holding, and adds its time to its meter. A time before it began counts as when it began.
    ///
    /// - Returns: what was held; nil if that was closed before.
    @discardableResult
    public mutating func close(id: String, at time: Date, windows: WindowIntervals) -> Holding? {
        guard let index = holdings.firstIndex(where: { $0.id == id }) else { return nil }
        let holding = holdings.remove(at: index)
        guard let meter = holding.kind.meter else { return holding }
        let start = Milliseconds.since1970(holding.since)
        let span = Span(start: start, end: max(start, Milliseconds.since1970(time)))
        let openSince = openSince(meter, course: holding.course)
        tallies[holding.course, default: [:]][meter, default: Tally(at: holding.since)]
            .count(span, openSince: openSince, windows: windows)
        return holding
    }

    /// Ends everything that a replica held, as of the last time at which it was known to live.
    ///
    /// - Returns: what it held.
    @discardableResult
    public mutating func closeAll(
        heldBy holder: String, at time: Date, windows: (_ course: String) -> WindowIntervals
    ) -> [Holding] {
        holdings.filter { $0.holder == holder }
            .compactMap { close(id: $0.id, at: time, windows: windows($0.course)) }
    }

    /// Adds the CPU time that a lab has used since its counter was read last.
    ///
    /// The first reading of a holding that was opened for a lab that was there already only says where to count from:
    /// what its lab has used until then may have been counted for a holding that is closed. A counter that has gone back
    /// was started anew, with its container, and counts from zero. A reading that is not newer than the last changes
    /// nothing, and neither does one of a lab that is not held. What was used between two readings counts for the windows
    /// of the second.
    public mutating func addCPU(
        _ reading: Duration, holdingID: String, at time: Date, windows: WindowIntervals
    ) {
        guard let index = holdings.firstIndex(where: { $0.id == holdingID && $0.kind == .lab }) else { return }
        let holding = holdings[index]
        let time = Milliseconds.rounded(time)
        // A late one may be of the lab before, which had the same name.
        guard time >= holding.since, holding.cpuReadAt.map({ time > $0 }) ?? true else { return }
        let now = Milliseconds.of(reading)
        holdings[index].cpuBase = .milliseconds(now)
        holdings[index].cpuReadAt = time
        guard let before = holding.cpuBase.map(Milliseconds.of) else { return }
        let used = now >= before ? now - before : now
        guard used > 0 else { return }
        tallies[holding.course, default: [:]][.cpuTime, default: Tally(at: time)]
            .count(used, at: Milliseconds.since1970(time), windows: windows)
    }
}
