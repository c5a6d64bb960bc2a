/// How an exec ended.
public enum EngineExecResult: Hashable, Sendable {
    /// The program ended with this exit code, as the engine said in so many words. A program that can't be run gives
    /// 126 or 127, as in a shell, with the reason among its output: on stderr from Podman, on stdout from Docker.
    case exited(code: Int)
    /// The engine does not know the program's end, and says why.
    case failed(EngineError)
    /// The stream ended without an answer; the sentence says how. The program may still be running.
    case lost(String)
}
