/// Whether new clients get in.
public enum ServingPhase: Sendable, Hashable {
    /// The socket is bound, and nobody is let in yet.
    case starting
    /// Who connects is let in.
    case listening
    /// Nobody new is let in; those who are there may stay for a while.
    case draining
}
