import Foundation

/// What an exam that is going on permits.
struct ExamConditions: Hashable, Sendable {
    /// When it ends.
    var until: Date
    /// Connections of a student at once.
    var connections: Int
    /// Whether ports may be forwarded.
    var forwarding: Bool
    /// Whether files may be transferred by SFTP.
    var sftp: Bool

    func permits(_ feature: ExamFeature) -> Bool {
        switch feature {
        case .forwarding: forwarding
        case .sftp: sftp
        }
    }
}
