/// How a forwarded connection has ended, as it is counted.
enum ForwardingOutcome: String, CaseIterable, Sendable {
    /// It stood, and one side has closed it.
    case ok
    /// It did not come to stand.
    case refused
    /// The client went before it stood.
    case gone
}
