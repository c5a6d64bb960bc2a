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

    /// The cluster could not be asked.
    init(unreachable error: BackendError) {
        self.init(cause: "The cluster cannot be asked for your lab (\(error.message))", advice: Self.tryAgain)
    }

    static let askStaff = "Please tell your course staff"
    static let tryAgain = "Please try again in a moment; if it goes on, tell your course staff"
}
