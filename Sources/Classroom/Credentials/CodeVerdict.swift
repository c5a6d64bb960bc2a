public import Foundation

/// What became of a one-time password.
public enum CodeVerdict: Hashable, Sendable {
    /// It is right, and used up.
    case accepted
    /// It is not the student's, or not of this minute.
    case wrong
    /// It was right, and was used before: by the student, or by somebody who has seen it.
    case usedBefore
    /// There were too many wrong ones. It was not looked at, and neither will others be until then.
    case paused(until: Date)
}
