public import Foundation

/// Which of a student's one-time passwords were used, and how many were wrong: what it takes to accept each only once,
/// and to make guessing hopeless. Kept in the student's ``Ledger``, so that it is one for all gateways.
///
/// Wrong codes are counted for the credential that they came with, a key or the password, which has to be right before
/// a code is looked at. So nobody without one can bring about a pause, and whoever has stolen the password does not
/// lock out the student who has a key. With a quarter of an hour between guesses, a whole year of them has a chance of
/// one in ten.
public struct CodeHistory: Hashable, Sendable {
    /// Wrong codes in a row.
    struct Misses: Hashable, Sendable {
        var count: Int
        /// When the last of them came, in whole milliseconds.
        var last: Date
    }

    /// Wrong codes in a row until there is a pause: a student mistypes one or two.
    public static let freeMissCount = 5
    /// The first pause, and the longest, in seconds; each is twice the one before.
    static let (shortestPause, longestPause) = (30.0, 900.0)
    /// After this many seconds without another, wrong codes are forgotten.
    static let missRetention = 86_400.0
    /// How many steps from the present a used code is remembered for: ten minutes, far more than it can be used for, so
    /// that gateways whose clocks differ do not forget each other's.
    static let stepRetention: Int64 = 20

    /// What has used a code last.
    struct Use: Hashable, Sendable, Codable {
        /// The code's time step.
        var step: Int64
        /// Which attempt it was.
        var attempt: String
    }

    /// The time steps whose codes were used.
    private(set) var usedSteps: Set<Int64> = []
    /// The newest use; nil if it is forgotten. One attempt may be noted twice: the answer to the first time was lost.
    private(set) var lastUse: Use?
    /// Wrong codes by the credential that they came with.
    private(set) var misses: [String: Misses] = [:]

    /// A history of nothing.
    public init() {}

    /// Whether nothing is to be remembered.
    var isEmpty: Bool { usedSteps.isEmpty && misses.isEmpty }

    /// Looks at a code and remembers what became of it.
    ///
    /// - Parameters:
    ///   - code: six digits; anything else is for the caller to refuse, for it cannot be a guess.
    ///   - key: the student's; nil if there ought to be one and it is not known, so that no code is right.
    ///   - credential: names the key or password that was proven before.
    ///   - attempt: no other has the same; the same again is the same answer.
    public mutating func use(
        _ code: [UInt8], of key: TOTPKey?, after credential: String, attempt: String, at now: Date
    ) -> CodeVerdict {
        forget(at: now)
        if let end = pauseEnd(credential, at: now) { return .paused(until: end) }
        let steps = key?.steps(of: code, around: now) ?? []
        guard !steps.isEmpty else {
            let count = misses[credential]?.count ?? 0
            misses[credential] = Misses(count: count + 1, last: Milliseconds.rounded(now))
            return .wrong
        }
        guard let step = steps.first(where: { !usedSteps.contains($0) }) else {
            return lastUse?.attempt == attempt ? .accepted : .usedBefore
        }
        usedSteps.insert(step)
        lastUse = Use(step: step, attempt: attempt)
        misses[credential] = nil
        return .accepted
    }

    /// When the next code that comes with a credential is looked at; nil if at once.
    public func pauseEnd(_ credential: String, at now: Date) -> Date? {
        guard let misses = misses[credential], misses.count >= Self.freeMissCount else { return nil }
        let doublings = min(misses.count - Self.freeMissCount, 10)
        let pause = min(Self.shortestPause * Double(1 << doublings), Self.longestPause)
        let end = misses.last.addingTimeInterval(pause)
        // A miss in the future is of a clock that was wrong, and nobody may wait for it to be right.
        return end > now && misses.last <= now.addingTimeInterval(Self.shortestPause) ? end : nil
    }

    private mutating func forget(at now: Date) {
        let step = TOTPKey.step(at: now)
        usedSteps = usedSteps.filter { abs($0 - step) <= Self.stepRetention }
        if let used = lastUse, !usedSteps.contains(used.step) { lastUse = nil }
        misses = misses.filter { abs($0.value.last.timeIntervalSince(now)) < Self.missRetention }
    }
}

extension CodeHistory: Codable {
    private enum CodingKeys: String, CodingKey {
        case usedSteps, lastUse, misses
    }

    /// Reads what ``encode(to:)`` writes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        usedSteps = Set(try container.decodeIfPresent([Int64].self, forKey: .usedSteps) ?? [])
        lastUse = try container.decodeIfPresent(Use.self, forKey: .lastUse)
        misses = try container.decodeIfPresent([String: Misses].self, forKey: .misses) ?? [:]
    }

    /// Leaves out what is empty; the same history gives the same text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        if !usedSteps.isEmpty { try container.encode(usedSteps.sorted(), forKey: .usedSteps) }
        try container.encodeIfPresent(lastUse, forKey: .lastUse)
        if !misses.isEmpty { try container.encode(misses, forKey: .misses) }
    }
}

extension CodeHistory.Misses: Codable {
    private enum CodingKeys: String, CodingKey {
        case count, last
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        count = try container.decode(Int.self, forKey: .count)
        last = Milliseconds.date(try container.decode(Int64.self, forKey: .last))
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(count, forKey: .count)
        try container.encode(Milliseconds.since1970(last), forKey: .last)
    }
}
