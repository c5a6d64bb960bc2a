import Foundation

extension Span {
    init(_ interval: DateInterval) {
        self.init(
            start: Milliseconds.since1970(interval.start), end: Milliseconds.since1970(interval.end))
    }

    func contains(_ time: Int64) -> Bool { start <= time && time < end }
}
