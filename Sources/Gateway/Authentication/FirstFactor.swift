import Classroom

/// A key or a password that was proven by a student who needs a one-time password, too.
struct FirstFactor: Hashable, Sendable {
    /// The user name that it was proven for.
    let user: String
    let name: LoginName
    /// Which key, or which password, in the student's ``CodeHistory``.
    let credential: String
    /// What to say when the code is asked for.
    var advice = ""
}
