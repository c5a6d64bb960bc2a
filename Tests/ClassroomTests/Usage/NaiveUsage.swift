import Foundation

@testable import Classroom

/// Usage as it is defined, remembered whole: the length of the union of all that was ever held.
struct NaiveUsage {
    private var open: [String: Holding] = [:]
    private var closed: [(holding: Holding, end: Date)] = []

    var openIDs: [String] { open.keys.sorted() }

    mutating func open(_ holding: Holding) { open[holding.id] = holding }

    mutating func close(_ id: String, at time: Date) {
        guard let holding = open.removeValue(forKey: id) else { return }
        closed.append((holding, max(holding.since, Milliseconds.rounded(time))))
    }

    mutating func closeAll(heldBy holder: String, at time: Date) {
        for holding in open.values where holding.holder == holder { close(holding.id, at: time) }
    }

    /// The union's length within an interval, in milliseconds.
    func used(_ meter: Meter, course: String, within interval: DateInterval, at now: Date) -> Int64 {
        let spans = (closed + open.values.map { ($0, max($0.since, now)) })
            .filter { $0.holding.kind.meter == meter && $0.holding.course == course }
            .map { (max($0.holding.since, interval.start), min($0.end, interval.end)) }
            .filter { $0.0 < $0.1 }
            .map { (Milliseconds.since1970($0.0), Milliseconds.since1970($0.1)) }
            .sorted { $0.0 < $1.0 }
        var sum: Int64 = 0
        var reached = Int64.min
        for (start, end) in spans where end > reached {
            sum += end - max(start, reached)
            reached = end
        }
        return sum
    }
}
