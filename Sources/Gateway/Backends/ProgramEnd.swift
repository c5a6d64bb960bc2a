/// How a program in a lab ended.
enum ProgramEnd: Hashable, Sendable {
    /// With this exit status, as the backend said in so many words.
    case exited(code: Int)
    /// It was not run, or the backend does not know how it ended, and says why.
    case failed(String)
    /// The streams ended without an answer; the sentence says how. The program may still be running.
    case lost(String)
}
