import Foundation

/// Why a lab or a lab session ends, or would end if nothing happened any more.
enum EndReason: Hashable, Sendable {
    /// Nobody used the lab. The last marks, nil for none; work is nil, too, if it does not count.
    case unused(interaction: Date?, work: Date?, workCounts: Bool)
    /// It has reached the greatest age.
    case age(Duration)
    /// Nothing was typed in the lab session since then.
    case silent(since: Date)

    /// What the student reads behind "your lab was stopped because", without a full stop.
    func words(_ when: (Date) -> String) -> String {
        switch self {
        case .unused(let interaction, let work, let workCounts):
            let typed = interaction.map { "nothing was typed since \(when($0))" } ?? "nothing was typed in it"
            guard workCounts else { return typed }
            guard let work, work > interaction ?? .distantPast else { return "\(typed) and nothing ran" }
            return "\(typed) and nothing ran since \(when(work))"
        case .age(let age): return "it is \(Self.ageWords(age)) old"
        case .silent(let since): return "nothing was typed since \(when(since))"
        }
    }

    /// What has kept it so far, in words behind "it is kept because"; nil if only its start has.
    func keeper(_ when: (Date) -> String) -> String? {
        switch self {
        case .unused(let interaction, let work, _):
            if let work, work > interaction ?? .distantPast { return "something ran at \(when(work))" }
            return interaction.map { "you typed at \(when($0))" }
        case .age: return nil
        case .silent(let since): return "you typed at \(when(since))"
        }
    }

    private static func ageWords(_ age: Duration) -> String {
        let (seconds, _) = age.components
        guard seconds > 0, seconds % 3600 == 0 else { return age.spoken }
        return seconds == 3600 ? "1 hour" : "\(seconds / 3600) hours"
    }
}
