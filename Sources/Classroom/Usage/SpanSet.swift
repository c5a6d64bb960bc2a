/// Stretches of time that neither overlap nor touch, in order.
struct SpanSet: Hashable, Sendable {
    private(set) var spans: [Span] = []

    /// Adds a stretch, joined with those that it overlaps or touches.
    mutating func insert(_ span: Span) {
        guard span.length > 0 else { return }
        var joined = span
        spans.removeAll { other in
            guard other.start <= joined.end, joined.start <= other.end else { return false }
            joined = Span(start: min(joined.start, other.start), end: max(joined.end, other.end))
            return true
        }
        let place = spans.firstIndex { $0.start > joined.start } ?? spans.endIndex
        spans.insert(joined, at: place)
    }

    /// The parts of a stretch that are not in here, in order.
    func gaps(in span: Span) -> [Span] {
        var gaps: [Span] = []
        var start = span.start
        for other in spans where other.end > start && other.start < span.end {
            gaps.append(Span(start: start, end: other.start))
            start = other.end
        }
        gaps.append(Span(start: start, end: span.end))
        return gaps.filter { $0.length > 0 }
    }

    /// Forgets those that end before a time (all, if nil), but not the newest few.
    mutating func forget(before time: Int64?, keepingNewest count: Int) {
        let old = spans.dropLast(count).prefix { span in time.map { span.end < $0 } ?? true }
        spans.removeFirst(old.count)
    }
}

extension SpanSet: Codable {
    /// Reads starts and ends, one after the other; what makes no span is left out.
    init(from decoder: any Decoder) throws {
        let times = try decoder.singleValueContainer().decode([Int64].self).map(Milliseconds.clamped)
        for index in stride(from: 1, to: times.count, by: 2) {
            insert(Span(start: times[index - 1], end: times[index]))
        }
    }

    /// Writes starts and ends, one after the other.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(spans.flatMap { [$0.start, $0.end] })
    }
}
