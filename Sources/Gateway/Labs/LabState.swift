/// What a lab says about itself.
enum LabState: Hashable, Sendable {
    /// Its container runs: lab sessions can start.
    case ready
    /// On its way, this far.
    case starting(LabStage)
    /// Asked to stop: it still owns its name and its home.
    case terminating
    /// Over; its place is to be taken by a new one.
    case ended
    /// Cannot start until somebody changes something.
    case doomed(LabError)
    /// No node takes it. That may pass (an autoscaler, a lab that ends), so it gets some patience.
    case unschedulable(String)
}
