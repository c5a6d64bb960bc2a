/// How the connection of an exec ended; how the program did is for the engine to say.
enum StreamEnding: Hashable, Sendable {
    /// All output is there: the engine has closed the connection in order.
    case complete
    /// The engine has ended the stream with these words.
    case refused(String)
    /// The connection broke, or this side has closed it; output may be missing. The sentence says how.
    case broken(String)
}
