import Classroom

extension HoldingKind {
    /// So many of them, in words: `1 lab session`, `3 lab sessions`.
    func words(_ count: Int) -> String {
        let noun =
            switch self {
            case .connection: "connection"
            case .labSession: "lab session"
            case .lab: "lab"
            }
        return count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
    }

    /// What a student does to have one less.
    var ending: String { self == .lab ? "stop one" : "close one" }
}
