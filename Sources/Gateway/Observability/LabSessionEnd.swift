import SSHServer

/// How a lab session has ended, as it is counted.
enum LabSessionEnd: String, CaseIterable, Sendable {
    /// The program's status was 0.
    case ok
    /// The program had another status, or a signal has ended it.
    case failed
    /// The client went first.
    case gone
    /// It was not to be: a limit, or something that does not exist.
    case refused
    /// A rule of the course's has ended it, or its lab was stopped.
    case stopped
    /// The gateway or the cluster could not do what they should.
    case gatewayFault = "gateway_fault"

    init(_ report: ExitReport) { self = report == .status(0) ? .ok : .failed }
}

extension LabSessionFailure {
    /// How a lab session that ends with it is counted.
    var end: LabSessionEnd {
        switch self {
        case .notAuthenticated, .unknown, .suspended, .notInCourse, .courseMissing, .notUTF8, .noSubsystem, .refused,
            .noGatewayCommand:
            .refused
        case .over, .labStopped, .labEnded: .stopped
        case .lab, .notRun, .lost: .gatewayFault
        }
    }
}
