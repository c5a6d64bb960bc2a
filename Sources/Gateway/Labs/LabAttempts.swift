import Upstream

/// Whether to try a lab again that could not be reached: it may have just gone, and the API server may be restarting.
struct LabAttempts {
    /// How long a login goes on asking a backend that does not answer, or for a lab that has just gone.
    private static let patience: Duration = .seconds(60)
    /// Labs that may fail one after the other: one that goes may be replaced, but not for ever.
    private static let maximumLabCount = 3

    /// The lab that is known to be gone, although it may still look usable.
    private(set) var dead: Lab?
    /// When there is no other try. Counted from the first failure of a lab: how long it was waited for says nothing.
    private var deadline: ContinuousClock.Instant?
    /// The last that has failed, and how many have.
    private var failed: (uid: String?, count: Int) = (nil, 0)
    private var backoff = Labs.backoff

    /// Notes that a request about the lab failed.
    ///
    /// - Returns: how long to wait before the next try; nil if there is no use in one.
    mutating func failed(_ error: BackendError, on lab: Lab, now: ContinuousClock.Instant = .now) -> Duration? {
        let isLabGone = Self.isLabGone(error)
        if failed.uid != lab.uid {
            failed = (lab.uid, failed.count + 1)
            if failed.count <= Self.maximumLabCount { deadline = now + Self.patience }
        }
        guard let deadline else { return nil }
        guard isLabGone || error.isRetryable, now < deadline else { return nil }
        if isLabGone { dead = lab }
        return backoff.next()
    }

    /// Whether a request was refused because the lab that is still shown is not there, or no longer runs.
    /// An engine that cannot be reached, and so "is not running", says nothing about the lab.
    private static func isLabGone(_ error: BackendError) -> Bool {
        error.code == .notFound || !error.isRetryable && isLabGone(error.message)
    }

    /// Whether a command could not be started because the lab's container is no more, in the words of the API server, the
    /// kubelet, or containerd ("failed to create exec …: task … not found: not found").
    static func isLabGone(_ reason: String) -> Bool {
        reason.contains("container not found") || reason.contains("completed pod") || reason.contains("is not running")
            || reason.contains(/task \S+ not found/)
    }
}
