/// A stretch of time that does not include its end, in milliseconds since 1970.
struct Span: Hashable, Sendable {
    var start: Int64
    var end: Int64

    /// Of a span that ends before it starts, nothing.
    var length: Int64 { max(end - start, 0) }

    /// What both have.
    func clipped(to other: Span) -> Span {
        Span(start: max(start, other.start), end: min(end, other.end))
    }
}
