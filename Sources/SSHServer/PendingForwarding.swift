/// A forwarding that was asked for and not answered yet, owned by its connection and used on its event loop only.
struct PendingForwarding {
    /// What is to be answered.
    let message: LibSSHMessage
    /// Who is to be told whether its client has gone before it was answered; one at a time.
    var watcher: CheckedContinuation<Bool, Never>?
}
