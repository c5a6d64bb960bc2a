/// What one student may have at once and use over time in one course.
public struct Quotas: Hashable, Sendable {
    /// Connections at once.
    public var connections: Int
    /// Lab sessions at once.
    public var labSessions: Int
    /// Labs of the student's at once, over all courses.
    public var labs: Int
    /// How long the student may be connected.
    public var connectedTime: TimeBudget
    /// How long the student may have a lab.
    public var labTime: TimeBudget
    /// How much processor time the student's lab may use.
    public var cpuTime: TimeBudget
    /// How long before a time budget is used up the student is warned.
    public var warning: Duration
    /// How long the student may go on after a time budget is used up.
    public var grace: Duration

    /// Makes quotas; without arguments, those of a course that states none.
    public init(
        connections: Int = 16,
        labSessions: Int = 64,
        labs: Int = 4,
        connectedTime: TimeBudget = TimeBudget(),
        labTime: TimeBudget = TimeBudget(),
        cpuTime: TimeBudget = TimeBudget(),
        warning: Duration = .seconds(600),
        grace: Duration = .seconds(120)
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

    /// The budget of a meter.
    public subscript(meter: Meter) -> TimeBudget {
        switch meter {
        case .connectedTime: connectedTime
        case .labTime: labTime
        case .cpuTime: cpuTime
        }
    }
}
