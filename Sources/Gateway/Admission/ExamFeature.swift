/// What an exam can switch off.
enum ExamFeature: Hashable, Sendable {
    case forwarding
    case sftp

    var words: String {
        switch self {
        case .forwarding: "port forwarding"
        case .sftp: "file transfer by SFTP"
        }
    }
}
