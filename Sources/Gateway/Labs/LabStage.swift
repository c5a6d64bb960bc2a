/// How far a lab's start has come, in the words that the student reads.
enum LabStage: Hashable, Sendable, CustomStringConvertible {
    case asking
    case finding
    case waitingForOldLab(String?)
    case waitingForPlace(String)
    case creating
    case scheduling(String?)
    case binding(String?)
    case pulling(String?)
    case mounting(String?)
    case starting
    case retrying(String)
    case restarting(String)

    var description: String {
        switch self {
        case .asking: "asking whether there is room for you"
        case .finding: "looking for your lab"
        case .waitingForOldLab(let detail): "waiting for your previous lab to end" + Self.detail(detail)
        case .waitingForPlace(let place): place
        case .creating: "creating your lab"
        case .scheduling(let detail): "looking for a node" + Self.detail(detail)
        case .binding(let detail): "waiting for storage for your home or the course's files" + Self.detail(detail)
        case .pulling(let detail): "fetching the course's image" + Self.detail(detail)
        case .mounting(let detail): "preparing your home and the course's files" + Self.detail(detail)
        case .starting: "starting"
        case .restarting(let reason): "waiting for your lab to be started again (\(reason))"
        case .retrying(let reason): "it takes longer than usual, trying again (\(reason))"
        }
    }

    private static func detail(_ text: String?) -> String {
        text.map { " (\($0))" } ?? ""
    }
}
