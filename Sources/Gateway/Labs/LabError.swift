/// Why there is no lab, in the words that the student reads.
struct LabError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What happened, and the cluster's own reason.
    let cause: String
    /// What the student can do about it.
    let advice: String

    var description: String { "\(cause). \(advice)" }

    init(cause: String, advice: String) {
        self.cause = cause
        self.advice = advice
    }

    /// The backend could not be asked, or what is written there about the student cannot be read.
    init(unreachable error: BackendError) {
        self.init(
            cause: "It cannot be found out whether you have a lab (\(error.message))",
            advice: error.code == .unreadable ? Self.askStaff : Self.tryAgain)
    }

    static let askStaff = "Please tell your course staff"
    static let tryAgain = "Please try again in a moment; if it goes on, tell your course staff"
}
