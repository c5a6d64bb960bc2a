/// What a student's document says instead of the quotas of the student's courses; nil leaves a course's quota.
public struct QuotaOverrides: Hashable, Sendable {
    /// Connections at once.
    public var connections: Int?
    /// Lab sessions at once.
    public var labSessions: Int?
    /// Labs of the student's at once, over all courses.
    public var labs: Int?
    /// How long the student may be connected; replaces a course's budget window by window.
    public var connectedTime: TimeBudget
    /// How long the student may have a lab; replaces a course's budget window by window.
    public var labTime: TimeBudget
    /// How much processor time the student's lab may use; replaces a course's budget window by window.
    public var cpuTime: TimeBudget
    /// How long before a time budget is used up the student is warned.
    public var warning: Duration?
    /// How long the student may go on after a time budget is used up.
    public var grace: Duration?

    /// Makes overrides; without arguments, ones that change nothing.
    public init(
        connections: Int? = nil,
        labSessions: Int? = nil,
        labs: Int? = nil,
        connectedTime: TimeBudget = TimeBudget(),
        labTime: TimeBudget = TimeBudget(),
        cpuTime: TimeBudget = TimeBudget(),
        warning: Duration? = nil,
        grace: Duration? = nil
    ) {
        self.connections = connections
        self.labSessions = labSessions
        self.labs = labs
        self.connectedTime = connectedTime
        self.labTime = labTime
        self.cpuTime = cpuTime
        self.warning = warning
        self.grace = grace
    }

    /// Whether they change nothing.
    public var isEmpty: Bool { self == QuotaOverrides() }

    /// The quotas with these in their place.
    public func applied(to quotas: Quotas) -> Quotas {
        Quotas(
            connections: connections ?? quotas.connections,
            labSessions: labSessions ?? quotas.labSessions,
            labs: labs ?? quotas.labs,
            connectedTime: connectedTime.filled(from: quotas.connectedTime),
            labTime: labTime.filled(from: quotas.labTime),
            cpuTime: cpuTime.filled(from: quotas.cpuTime),
            warning: warning ?? quotas.warning,
            grace: grace ?? quotas.grace)
    }
}

extension TimeBudget {
    /// This budget, and for windows that it leaves open another's.
    fileprivate func filled(from other: TimeBudget) -> TimeBudget {
        TimeBudget(day: day ?? other.day, week: week ?? other.week, term: term ?? other.term)
    }
}
