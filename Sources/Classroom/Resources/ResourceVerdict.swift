/// What became of one resource of the cluster: what its status is to say.
public struct ResourceVerdict: Hashable, Sendable {
    /// What is in force.
    public enum Outcome: Hashable, Sendable {
        /// The resource as it is.
        case accepted
        /// Nothing of it.
        case refused
        /// An earlier version of it.
        case keptOld
    }

    /// Why, in one word; the `reason` of a status condition.
    public enum Reason: String, Hashable, Sendable {
        /// All is well.
        case accepted = "Accepted"
        /// The document itself is wrong.
        case invalid = "Invalid"
        /// Another document has the same name and was there first.
        case nameTaken = "NameTaken"
        /// It names a course that is nowhere. It was accepted all the same if others of its courses are there.
        case courseMissing = "CourseMissing"
        /// It names a Secret that is not there, or has no password hash or TOTP key.
        case secretUnusable = "SecretUnusable"
    }

    /// Which resource.
    public let resource: ResourceReference
    /// `metadata.generation` of what was looked at; the `observedGeneration` of a status.
    public let generation: String
    /// What is in force.
    public let outcome: Outcome
    /// Why.
    public let reason: Reason
    /// What is wrong with the resource, and what is odd; only the latter if it was accepted.
    public let problems: [Problem]
    /// The name of the student or course that is in force by it; nil if it was refused.
    public let nameInForce: String?

    /// What is wrong and what follows, in one line for `kubectl describe`.
    public var message: String {
        let errors = problems.filter { $0.severity == .error || outcome == .accepted }.map { problem in
            problem.keyPath.isEmpty ? problem.message : "\(problem.keyPath): \(problem.message)"
        }
        let text = errors.joined(separator: "; ")
        return switch outcome {
        case .accepted: text.isEmpty ? "in force" : "in force, but odd: \(text)"
        case .refused: text
        case .keptOld: "\(text); the version before stays in force"
        }
    }
}
