public import Foundation

/// A span of time in which a course has an exam and other rules hold.
public struct Exam: Hashable, Sendable {
    /// The first instant.
    public var from: Date
    /// The first instant after it.
    public var to: Date
    /// Connections that a student may have at once.
    public var connections: Int
    /// Whether clients may forward connections.
    public var forwarding: Bool
    /// Whether clients may transfer files by SFTP.
    public var sftp: Bool

    /// Makes an exam; `to` is later than `from`.
    public init(from: Date, to: Date, connections: Int = 1, forwarding: Bool = false, sftp: Bool = true) {
        self.from = from
        self.to = to
        self.connections = connections
        self.forwarding = forwarding
        self.sftp = sftp
    }
}
