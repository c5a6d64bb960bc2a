/// What a student can hold, and a quota limits.
public enum HoldingKind: String, CaseIterable, Codable, Hashable, Sendable {
    /// An authenticated SSH transport.
    case connection
    /// A session channel that is joined to a process in a lab.
    case labSession
    /// A lab.
    case lab

    /// The meter that runs while it is held; none for lab sessions.
    public var meter: Meter? {
        switch self {
        case .connection: .connectedTime
        case .labSession: nil
        case .lab: .labTime
        }
    }
}
