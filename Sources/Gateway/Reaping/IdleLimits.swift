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

    /// How long before the end that comes at a limit telling begins.
    ///
    /// A warning as long as its limit would come with each key that puts the end off. If all are, there is one halfway,
    /// for nothing ends by surprise; unless none is wanted.
    func firstWarning(of limit: Duration) -> Duration {
        guard !warnings.isEmpty else { return .zero }
        return warnings.filter { $0 < limit }.max() ?? limit / 2
    }
}
