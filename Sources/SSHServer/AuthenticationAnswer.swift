/// What becomes of an authentication request.
public enum AuthenticationAnswer: Hashable, Sendable {
    /// The client is in. To an offered key: it would do, now sign with it.
    case granted
    /// It proves nothing.
    case refused
    /// It proves something, but not enough: the client goes on with one of these methods, and with no other (RFC 4252
    /// §5.1, "partial success").
    case partial(AuthenticationMethods)
    /// To `keyboard-interactive` and to answers: the user is to be asked this (RFC 4256 §3.2).
    case ask(AuthenticationPrompts)
}
