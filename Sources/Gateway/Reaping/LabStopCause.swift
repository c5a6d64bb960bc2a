/// What has led to a lab's being stopped, for those who count; students read it in words.
enum LabStopCause: String, CaseIterable, Sendable {
    /// Nobody used it.
    case idle
    /// It had reached its greatest age.
    case age
    /// Its student's time was used up.
    case budget
    /// Its student's account is suspended.
    case suspended
    /// Its student or its course is gone.
    case orphan
    /// It could not be started, and nobody waited for it any more.
    case unstarted
    /// Its student wanted it to end.
    case asked
    /// Its student wanted another.
    case reset
}

extension EndReason {
    /// As it is counted.
    var cause: LabStopCause {
        switch self {
        case .unused, .silent: .idle
        case .age: .age
        }
    }
}
