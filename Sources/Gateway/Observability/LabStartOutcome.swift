/// What has become of a wait for a lab that was not ready, as it is counted.
enum LabStartOutcome: String, CaseIterable, Sendable {
    case ready
    /// The cluster did not start it, or not in time.
    case failed
    /// The student may not have it now.
    case refused
    /// Nobody waited any more.
    case gone

    init(_ error: any Error) {
        self =
            switch error {
            case is LabSessionFailure: .refused
            case is CancellationError: .gone
            default: .failed
            }
    }
}
