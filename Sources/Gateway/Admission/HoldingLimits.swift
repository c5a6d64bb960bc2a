/// How much of each kind a student may hold at once.
struct HoldingLimits: Hashable, Sendable {
    /// In the course.
    var connections: Int
    /// In the course.
    var labSessions: Int
    /// Over all courses.
    var labs: Int
}
