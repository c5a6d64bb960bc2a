/// When idle lab sessions and labs end.
struct IdleLimits: Hashable, Sendable {
    /// A lab session ends after so long without interaction; nil is never.
    var labSession: Duration?
    /// A lab ends after so long without interaction and work; nil is never, but for its age.
    var lab: Duration?
    /// A lab ends at this age, whatever happens in it.
    var maximumAge: Duration
    /// How long before an end it is told, in any order.
    var warnings: [Duration] = []
    /// Whether work keeps a lab, or interaction alone.
    var workKeepsLab = true

    /// When telling begins.
    var firstWarning: Duration { max(warnings.max() ?? .zero, .zero) }
}
