public import Foundation

/// What one meter of a student in a course has counted of holdings that are closed.
///
/// Time is the length of a union: two connections at once are one time. A holding is counted when it is closed, less
/// what was counted before; for that the spans that open holdings may overlap are kept. So it does not matter in which
/// order holdings are closed, nor that those of a dead replica are closed late, as of a time that is past.
public struct Tally: Hashable, Sendable {
    /// Most spans that are kept. Above it, the oldest gap between them is counted for the holding that is open across
    /// it: exact, unless that holding turns out to have ended before.
    static let maximumSpanCount = 32
    /// Spans that are kept though no open holding can overlap them, for clocks that differ or go back.
    static let spareSpanCount = 8
    /// Windows of a kind that are kept: this day, and the one that a late or mistaken clock still speaks of.
    static let maximumWindowCount = 2

    private var totalMilliseconds: Int64 = 0
    private var changedMilliseconds: Int64
    /// The last that was written to is the last.
    private var windows: [BudgetWindow: [WindowTally]] = [:]
    private var counted = SpanSet()

    /// Everything that was ever counted.
    public var total: Duration { .milliseconds(totalMilliseconds) }
    /// When something was counted last.
    public var lastChange: Date { Milliseconds.date(changedMilliseconds) }

    init(at time: Date) { changedMilliseconds = Milliseconds.since1970(time) }

    /// What was closed in the window with this interval.
    ///
    /// What was counted for a window that began within it belongs to it, too: staff may change the time zone or the
    /// term.
    func closed(in window: BudgetWindow, _ interval: DateInterval) -> Int64 {
        let interval = Span(interval)
        return (windows[window] ?? []).filter { interval.contains($0.start) }
            .reduce(0) { min($0 + $1.closed, Milliseconds.limit) }
    }

    /// The part of a span that is not counted yet and is within an interval.
    func uncounted(_ span: Span, within interval: DateInterval) -> Int64 {
        counted.gaps(in: span.clipped(to: Span(interval))).reduce(0) { $0 + $1.length }
    }

    /// Counts a holding's time, less what was counted before. `openSince` is when the oldest began that is still open.
    mutating func count(_ span: Span, openSince: Int64?, windows intervals: WindowIntervals) {
        changedMilliseconds = max(changedMilliseconds, span.end)
        for gap in counted.gaps(in: span) { credit(gap, intervals) }
        counted.insert(span)
        counted.forget(before: openSince, keepingNewest: Self.spareSpanCount)
        while counted.spans.count > Self.maximumSpanCount {
            let gap = Span(start: counted.spans[0].end, end: counted.spans[1].start)
            credit(gap, intervals)
            counted.insert(gap)
        }
    }

    /// Counts an amount that was used at a time.
    mutating func count(_ milliseconds: Int64, at time: Int64, windows intervals: WindowIntervals) {
        changedMilliseconds = max(changedMilliseconds, time)
        totalMilliseconds = min(totalMilliseconds + milliseconds, Milliseconds.limit)
        for window in BudgetWindow.allCases {
            guard let interval = intervals(window, Milliseconds.date(time)) else { continue }
            record(milliseconds, in: window, interval)
        }
    }

    /// Gives each window the part of the span that lies in it, for as many windows back as are kept.
    private mutating func credit(_ span: Span, _ intervals: WindowIntervals) {
        totalMilliseconds = min(totalMilliseconds + span.length, Milliseconds.limit)
        for window in BudgetWindow.allCases {
            var found: [DateInterval] = []
            var last = span.end - 1
            while found.count < Self.maximumWindowCount, last >= span.start,
                let interval = intervals(window, Milliseconds.date(last)), Span(interval).contains(last)
            {
                found.append(interval)
                last = Span(interval).start - 1
            }
            for interval in found.reversed() {
                record(span.clipped(to: Span(interval)).length, in: window, interval)
            }
        }
    }

    private mutating func record(_ milliseconds: Int64, in window: BudgetWindow, _ interval: DateInterval) {
        let closed = min(closed(in: window, interval) + milliseconds, Milliseconds.limit)
        let span = Span(interval)
        var tallies = (windows[window] ?? []).filter { !span.contains($0.start) }
        tallies.append(WindowTally(start: span.start, closed: closed))
        windows[window] = tallies.suffix(Self.maximumWindowCount)
    }
}

extension Tally: Codable {
    private enum CodingKeys: String, CodingKey {
        case total, changed, windows, counted
    }

    /// Reads what ``encode(to:)`` writes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        totalMilliseconds = min(max(try container.decode(Int64.self, forKey: .total), 0), Milliseconds.limit)
        changedMilliseconds = Milliseconds.clamped(try container.decode(Int64.self, forKey: .changed))
        let named = try container.decodeIfPresent([String: [WindowTally]].self, forKey: .windows) ?? [:]
        for (name, tallies) in named {
            guard let window = BudgetWindow(rawValue: name) else { continue }
            windows[window] = tallies.suffix(Self.maximumWindowCount)
        }
        counted = try container.decodeIfPresent(SpanSet.self, forKey: .counted) ?? SpanSet()
    }

    /// Writes milliseconds.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(totalMilliseconds, forKey: .total)
        try container.encode(changedMilliseconds, forKey: .changed)
        let named = Dictionary(uniqueKeysWithValues: windows.map { ($0.key.rawValue, $0.value) })
        try container.encode(named, forKey: .windows)
        if !counted.spans.isEmpty { try container.encode(counted, forKey: .counted) }
    }
}
