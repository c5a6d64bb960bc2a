/// How often the gateway looks after labs; what a course says about them is exact to these intervals.
public struct LifeCycleTiming: Hashable, Sendable {
    /// Between two looks of each gateway at its own lab sessions: warnings, ends, marks.
    public var tick: Duration = .seconds(5)
    /// Between two looks of the elected gateway at all labs.
    public var sweepInterval: Duration = .seconds(15)
    /// Between two marks on a pod of when its lab was last used.
    public var activityInterval: Duration = .seconds(60)

    /// The defaults.
    public init() {}
}
