import Classroom

/// Which limit has refused something, for those who count; students read it in words.
enum QuotaLimit: String, CaseIterable, Sendable {
    case connections
    case labSessions = "lab_sessions"
    case labs
    case connectedTime = "connected_time"
    case labTime = "lab_time"
    case cpuTime = "cpu_time"
    case openingHours = "opening_hours"
    case exam
    case holdDown = "hold_down"
}

extension Refusal {
    /// The limit that it is about.
    var limit: QuotaLimit {
        switch self {
        case .tooMany(.connection, _, _, _, _): .connections
        case .tooMany(.labSession, _, _, _, _): .labSessions
        case .tooMany(.lab, _, _, _, _): .labs
        case .tooManyInExam, .forbiddenInExam: .exam
        case .spent(.connectedTime, _, _, _): .connectedTime
        case .spent(.labTime, _, _, _): .labTime
        case .spent(.cpuTime, _, _, _): .cpuTime
        case .closed: .openingHours
        case .heldDown: .holdDown
        }
    }
}
