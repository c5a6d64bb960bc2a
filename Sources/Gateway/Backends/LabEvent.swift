/// Something that happened to a lab, for who looks after the backend.
struct LabEvent: Hashable, Sendable {
    enum Kind: String, Sendable {
        case labStopped = "LabStopped"
        case labGivenUp = "LabGivenUp"
    }

    let kind: Kind
    /// Whether somebody should look.
    let isWarning: Bool
    /// In words.
    let message: String
}
