/// How an exec ended.
public enum ExecResult: Hashable, Sendable {
    /// The command ended with this exit code, as the API server said in so many words.
    case exited(code: Int)
    /// The command was not run, or its end is not known to the API server, which says why.
    case failed(Status)
    /// The stream ended without an answer; the sentence says how. The command may still be running.
    case lost(String)
}
