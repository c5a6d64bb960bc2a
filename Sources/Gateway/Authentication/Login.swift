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
        var hasAskedForLab = false
        var logger: Logger
    }

    init(authenticator: Authenticator, logger: Logger) {
        self.authenticator = authenticator
        state = Mutex(State(name: nil, logger: logger))
    }

    /// Who it is; nil before authentication.
    var name: LoginName? { state.withLock { $0.name } }

    /// The student whose ledger may hold the connection; nil if it has never asked for a lab, so that connections that do
    /// nothing cost no request.
    var studentOfLedger: String? { state.withLock { $0.hasAskedForLab ? $0.name?.student : nil } }

    /// Notes that the connection wants something of a lab.
    func noteVisit() { state.withLock { $0.hasAskedForLab = true } }

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
