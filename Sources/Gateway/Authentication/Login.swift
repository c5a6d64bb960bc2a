import Classroom
import Logging
import SSHServer
import Synchronization

/// What one connection has proven so far.
final class Login: Sendable {
    private let authenticator: Authenticator
    private let metrics: GatewayMetrics
    private let state: Mutex<State>

    private struct State {
        var name: LoginName?
        /// What a code is still needed for.
        var firstFactor: FirstFactor?
        /// The beginning that the last request belonged to.
        var beginning = 0
        var hasAskedForLab = false
        var logger: Logger
    }

    init(authenticator: Authenticator, metrics: GatewayMetrics, logger: Logger) {
        self.authenticator = authenticator
        self.metrics = metrics
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

    /// What becomes of a request.
    func authenticate(_ request: AuthenticationRequest) async -> AuthenticationAnswer {
        let (first, logger) = state.withLock { state in
            // Another user name begins anew (RFC 4252 §5), be it that its request was refused before it got here.
            if state.beginning != request.beginning || state.firstFactor?.user != request.user {
                state.firstFactor = nil
            }
            state.beginning = request.beginning
            return (state.firstFactor, state.logger)
        }
        switch await authenticator.authenticate(request, after: first, logger) {
        case .refused(let advice):
            state.withLock { $0.firstFactor?.advice = advice ?? "" }
            return refuse(request)
        case .proven(let name):
            // An offer proves nothing, and is followed by a proof or by another try.
            if case .publicKeyOffer = request.method {} else { enter(name, request) }
            return .granted
        case .needsCode(let first):
            state.withLock { $0.firstFactor = first }
            metrics.authenticated(request.method, isGranted: true)
            logger.authenticatedInPart(user: request.user, method: request.method)
            return .partial(.keyboardInteractive)
        case .ask(let prompts):
            return .ask(prompts)
        }
    }

    private func refuse(_ request: AuthenticationRequest) -> AuthenticationAnswer {
        if case .publicKeyOffer = request.method { return .refused }
        metrics.authenticated(request.method, isGranted: false)
        logger.authenticationFailed(user: request.user, method: request.method)
        return .refused
    }

    private func enter(_ name: LoginName, _ request: AuthenticationRequest) {
        metrics.authenticated(request.method, isGranted: true)
        state.withLock { state in
            state.name = name
            state.firstFactor = nil
            state.logger[metadataKey: "student"] = "\(name.student)"
        }
        logger.authenticated(method: request.method)
    }
}
