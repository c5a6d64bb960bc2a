import Classroom
import Logging
import SSHServer
import Synchronization

/// What one connection has proven so far.
final class Login: Sendable {
    private let authenticator: Authenticator
    private let state: Mutex<State>

    private struct State {
        var name: LoginName?
        var logger: Logger
    }

    init(authenticator: Authenticator, logger: Logger) {
        self.authenticator = authenticator
        state = Mutex(State(name: nil, logger: logger))
    }

    /// Who it is; nil before authentication.
    var name: LoginName? { state.withLock { $0.name } }

    /// The connection's logger, with the student's name once it is proven.
    var logger: Logger { state.withLock { $0.logger } }

    /// - Returns: whether the request is granted.
    func authenticate(_ request: AuthenticationRequest) async -> Bool {
        let name = await authenticator.authenticate(request)
        // An offer proves nothing, and is followed by a proof or by another try.
        if case .publicKeyOffer = request.method { return name != nil }
        guard let name else {
            logger.authenticationFailed(user: request.user, method: request.method)
            return false
        }
        state.withLock { state in
            state.name = name
            state.logger[metadataKey: "student"] = "\(name.student)"
        }
        logger.authenticated(method: request.method)
        return true
    }
}
