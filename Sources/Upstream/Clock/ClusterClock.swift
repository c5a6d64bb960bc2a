public import Foundation
package import Logging
package import NIOHTTP1
import Synchronization

/// What time it is in the cluster: as the API server has it, and not this machine's clock. Where a container engine takes
/// the cluster's place, its clock is the one that counts.
///
/// What several gateways write and compare, such as when a lab was last used, has to be of one clock. A machine's own may be
/// wrong, and may be set at any moment. So time is counted from when the process began by the monotonic clock, and put
/// right by the `Date` of the server's answers (RFC 9110 §6.6.1) where that differs by more than answers are late.
public enum ClusterClock {
    private static let time = Mutex(ClusterTime(.init(), at: .now))

    /// The time now.
    public static var now: Date { time.withLock { $0.date(at: .now) } }

    /// Takes note of an answer, and tells the log if that has set the clock.
    ///
    /// - Parameters:
    ///   - headers: the answer's.
    ///   - sent: when what it answers was sent.
    ///   - server: whose answer it is, such as `API server`.
    package static func note(
        _ headers: HTTPHeaders, sent: ContinuousClock.Instant, of server: String, logger: Logger
    ) {
        guard let header = headers.first(name: "Date"), let seconds = note(header: header, sent: sent) else { return }
        logger.warning(
            "the clock is not the \(server)'s, whose time counts", metadata: ["put.forward.seconds": "\(Int(seconds))"])
    }

    /// Takes note of an answer.
    ///
    /// - Parameters:
    ///   - header: the answer's `Date`.
    ///   - sent: when what it answers was sent.
    /// - Returns: how far the clock was put forward, in seconds; nil if it was right, or the header says nothing.
    static func note(header: String, sent: ContinuousClock.Instant) -> TimeInterval? {
        guard let date = ClusterTime.date(header: header) else { return nil }
        return time.withLock { $0.note(date, sent: sent, received: .now) }
    }
}

extension Date {
    /// The time in the cluster; see ``ClusterClock``.
    public static var clusterNow: Date { ClusterClock.now }
}
