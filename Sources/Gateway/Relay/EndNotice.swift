/// What the launcher writes to standard error when its program has ended: no more input, please.
///
/// Random, so that nothing else looks like it. A program that looks it up and prints it ends its own input. It begins with
/// a control character that nobody uses, so that hardly ever anything is held back that turns out to be the program's.
struct EndNotice: Sendable {
    /// Without the newline.
    let words: String
    /// Whether it has come.
    private(set) var hasCome = false

    private let pattern: [UInt8]
    /// The beginning of what may become the notice; shorter than it.
    private var held: [UInt8] = []

    init() {
        let random = [UInt64.random(in: .min ... .max), .random(in: .min ... .max)]
        words = "\u{1e}labgate-end-" + random.map { String($0, radix: 16) }.joined(separator: "-")
        pattern = Array((words + "\n").utf8)
    }

    /// Looks for the notice in the next piece of standard error.
    ///
    /// - Returns: what is the program's.
    mutating func take(_ bytes: [UInt8]) -> [UInt8] {
        guard !hasCome else { return bytes }
        let all = held + bytes
        for start in all.indices where all[start] == pattern[0] {
            let candidate = all[start...].prefix(pattern.count)
            guard pattern.starts(with: candidate) else { continue }
            hasCome = candidate.count == pattern.count
            held = hasCome ? [] : Array(candidate)
            return Array(all[..<start] + all[start...].dropFirst(candidate.count))
        }
        held = []
        return all
    }

    /// What was held back when standard error has ended.
    mutating func takeRest() -> [UInt8] {
        defer { held = [] }
        return held
    }
}
