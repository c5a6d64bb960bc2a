import Foundation

/// How far a time budget is used up.
enum BudgetState: Hashable, Sendable {
    /// So much is left.
    case open(left: Duration)
    /// So little is left that the student is warned.
    case warning(left: Duration)
    /// Used up; what is open may go on until then, and nothing new begins.
    case grace(until: Date)
    /// Used up until the window ends.
    case spent(until: Date)

    /// - Parameters:
    ///   - windowEnd: when there is new time.
    ///   - warning: what is left when warnings begin.
    ///   - grace: how long what is open may go on.
    ///   - ranOutAt: when it was first seen used up. If nil, as long ago as it is overdrawn, which is exact for time
    ///     that passes and early for CPU time of several processors.
    init(
        used: Duration, limit: Duration, windowEnd: Date, at now: Date, warning: Duration, grace: Duration,
        ranOutAt: Date? = nil
    ) {
        let left = limit - used
        if left > .zero {
            self = left <= warning ? .warning(left: left) : .open(left: left)
            return
        }
        let end = (ranOutAt.map { min($0, now) } ?? now + left) + grace
        self = now < end ? .grace(until: end) : .spent(until: windowEnd)
    }

    /// Whether something new may begin.
    var permitsNew: Bool {
        switch self {
        case .open, .warning: true
        case .grace, .spent: false
        }
    }

    /// Whether this one is to be minded before the other.
    func isTighter(than other: BudgetState) -> Bool {
        switch (self, other) {
        case (.open(let left), .open(let otherLeft)), (.warning(let left), .warning(let otherLeft)):
            left < otherLeft
        case (.grace(let until), .grace(let otherUntil)): until < otherUntil
        // All have to have time again, so the last one counts.
        case (.spent(let until), .spent(let otherUntil)): until > otherUntil
        default: rank > other.rank
        }
    }

    private var rank: Int {
        switch self {
        case .open: 0
        case .warning: 1
        case .grace: 2
        case .spent: 3
        }
    }
}
