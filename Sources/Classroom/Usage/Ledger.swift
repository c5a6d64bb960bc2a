public import Foundation

/// What one student holds now, and what the student has used.
///
/// Every change is made to the latest version and kept by compare-and-swap, so that limits are exact across replicas.
/// An open holding is not rewritten while it lasts; whoever closes it adds its time to the meters, once.
public struct Ledger: Hashable, Sendable {
    /// The version of its notation. One that is newer is not read, so that it is not overwritten either.
    public static let version = 1
    /// Most holdings that are kept; with their names they stay far below the size of an annotation (256 KiB).
    public static let maximumHoldingCount = 512

    /// What is held now, in the order in which it was opened.
    public internal(set) var holdings: [Holding] = []
    /// What was used, by course and meter.
    public internal(set) var tallies: [String: [Meter: Tally]] = [:]
    /// When the student logged in last, in whole milliseconds.
    public var lastLogin: Date? {
        didSet { lastLogin = lastLogin.map(Milliseconds.rounded) }
    }
    /// How the lab of each course was stopped last.
    public var stops: [String: Stop] = [:]
    /// Which one-time passwords of the student were used, and how many were wrong.
    public var codes = CodeHistory()

    /// A ledger with nothing in it.
    public init() {}

    /// How many of a kind are held, in one course or in all.
    public func count(of kind: HoldingKind, course: String? = nil) -> Int {
        holdings.count { $0.kind == kind && (course == nil || $0.course == course) }
    }

    /// When the one of a kind that was opened last in a course began; nil if none is held.
    public func newest(_ kind: HoldingKind, course: String) -> Date? {
        holdings.filter { $0.kind == kind && $0.course == course }.map(\.since).max()
    }

    /// The holding with this id, if it is open.
    public func holding(_ id: String) -> Holding? {
        holdings.first { $0.id == id }
    }

    /// What was used in the window that contains `now`, open holdings included; zero outside of any window.
    public func used(
        _ meter: Meter, course: String, in window: BudgetWindow, at now: Date, windows: WindowIntervals
    ) -> Duration {
        guard let interval = windows(window, now) else { return .zero }
        let tally = tallies[course]?[meter]
        let closed = tally?.closed(in: window, interval) ?? 0
        guard let since = openSince(meter, course: course) else { return .milliseconds(closed) }
        let open = Span(start: since, end: Milliseconds.since1970(now))
        return .milliseconds(closed + (tally ?? Tally(at: now)).uncounted(open, within: interval))
    }

    /// When the oldest open holding began that a meter runs for.
    func openSince(_ meter: Meter, course: String) -> Int64? {
        holdings.filter { $0.kind.meter == meter && $0.course == course }
            .map { Milliseconds.since1970($0.since) }.min()
    }
}
