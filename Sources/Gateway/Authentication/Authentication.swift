import Classroom
import SSHServer

/// What a request has led to.
enum Authentication: Hashable, Sendable {
    /// Nothing is proven. `advice` is for the next time that the code is asked for.
    case refused(advice: String?)
    /// The login is proven; by an offered key, would be.
    case proven(LoginName)
    /// It is proven but for the code.
    case needsCode(FirstFactor)
    /// The user is to be asked this.
    case ask(AuthenticationPrompts)
}
