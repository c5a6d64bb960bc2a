import SSHServer
import Synchronization

/// What one connection of the tests has proven: a key or a password, and for user names that begin with `two`, a code.
final class TwoSteps: Sendable {
    private let journal: TestServer.Journal
    /// The beginning in which the first step was done.
    private let first = Mutex<Int?>(nil)

    init(_ journal: TestServer.Journal) {
        self.journal = journal
    }

    static func methods(for user: String) -> AuthenticationMethods {
        user.hasPrefix("two") ? [.publicKey, .password, .keyboardInteractive] : [.publicKey, .password]
    }

    func answer(to request: AuthenticationRequest) -> AuthenticationAnswer {
        switch request.method {
        case .none, .unsupported:
            journal.note("asked for an impossible method")
            return .refused
        case .password(let password):
            journal.note("password of \(request.user)")
            return step(request, isRight: password == Array("secret".utf8))
        case .publicKeyOffer(let key):
            journal.note("offer \(key.type) \(key.base64)")
            return journal.accepts(key) ? .granted : .refused
        case .publicKey(let key):
            journal.note("proof \(key.type) \(key.base64)")
            return step(request, isRight: journal.accepts(key))
        case .keyboardInteractive:
            let isSecond = first.withLock { $0 == request.beginning }
            return .ask(
                isSecond
                    ? AuthenticationPrompts(["Verification code: "], instruction: "Look at your app.")
                    : AuthenticationPrompts(["Password: ", "Verification code: "]))
        case .answers(let answers):
            let words = answers.map { String(decoding: $0, as: UTF8.self) }
            journal.note("answers of \(request.user): \(words.joined(separator: ", "))")
            let isSecond = first.withLock { $0 == request.beginning }
            return words == (isSecond ? ["123456"] : ["secret", "123456"]) ? .granted : .refused
        }
    }

    private func step(_ request: AuthenticationRequest, isRight: Bool) -> AuthenticationAnswer {
        guard isRight else { return .refused }
        guard request.user.hasPrefix("two") else { return .granted }
        first.withLock { $0 = request.beginning }
        return .partial(.keyboardInteractive)
    }
}
