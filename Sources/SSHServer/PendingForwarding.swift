/// A forwarding that was asked for and not answered yet, owned by its connection and used on its event loop only.
struct PendingForwarding {
    /// What is to be answered.
    let message: LibSSHMessage
    /// Who is to be resumed when it is answered, or when its client is gone.
    var watcher: CheckedContinuation<Void, Never>?
}
