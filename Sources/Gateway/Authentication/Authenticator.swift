import Classroom
import Crypto
import Foundation
import Logging
import SSHServer

/// Decides whether credentials prove to be the student that a login names.
///
/// Unknown students and wrong credentials look and time the same: a password costs one hash whoever it is for, and a
/// key is simply not among those of nobody. Suspension is told after the login, to the one who may know.
///
/// A student with a TOTP key needs a code as well. After a key or a password it is asked for by itself: SSH has no way to
/// keep quiet about a first method that has succeeded (RFC 4252 §5.1, partial success). With `keyboard-interactive` both
/// are asked for at once, and a wrong password, a wrong code and a code that was used look and time the same.
struct Authenticator: Sendable {
    let classroom: @Sendable () -> Classroom
    let codes: CodeDesk
    /// What is refused of answers is refused this long after they came, so that time does not tell whether there was a
    /// code to look at. Longer than a hash and a request to the API server take.
    var refusalDelay = Duration.seconds(1)
    private let passwords = PasswordVerifier()

    /// As with OpenSSH and PAM; programs that type passwords look for them.
    static let passwordPrompt = "Password: "
    /// As pam_google_authenticator asks.
    static let codePrompt = "Verification code: "

    init(classroom: @escaping @Sendable () -> Classroom, codes: CodeDesk) {
        self.classroom = classroom
        self.codes = codes
    }

    /// What a login with this user name can begin with. A student who needs a code and has a password may be asked for
    /// both; everybody else looks like nobody.
    func methods(for user: String) -> AuthenticationMethods {
        let student = LoginName.parse(user).flatMap { classroom().student(named: $0.student) }
        guard let student, student.needsCode, student.passwordHash != nil || student.passwordHashSecret != nil else {
            return [.publicKey, .password]
        }
        return [.publicKey, .password, .keyboardInteractive]
    }

    /// What a request leads to.
    ///
    /// - Parameter first: what the same connection has proven before for the same user name.
    func authenticate(
        _ request: AuthenticationRequest, after first: FirstFactor?, _ logger: Logger
    ) async -> Authentication {
        let classroom = classroom()
        let name = LoginName.parse(request.user)
        let student = name.flatMap { classroom.student(named: $0.student) }
        switch request.method {
        case .password(let password):
            let isRight = await passwords.verify(password, for: student, in: classroom)
            guard isRight, let name, let student else { return .refused(advice: nil) }
            return proven(request.user, name, student, by: Self.credential(ofPasswordOf: student))
        case .publicKeyOffer(let key):
            guard let name, let student, Self.accepts(key.type, key.base64, student) != nil else {
                return .refused(advice: nil)
            }
            return .proven(name)
        case .publicKey(let key):
            guard let name, let student, let credential = Self.accepts(key.type, key.base64, student) else {
                return .refused(advice: nil)
            }
            return proven(request.user, name, student, by: credential)
        case .keyboardInteractive:
            return student?.needsCode == true ? .ask(prompts(after: first)) : .refused(advice: nil)
        case .answers(let answers):
            return await slowed {
                await authenticate(answers, request.user, name, student, classroom, after: first, logger)
            }
        case .none, .unsupported:
            return .refused(advice: nil)
        }
    }

    private func proven(
        _ user: String, _ name: LoginName, _ student: Student, by credential: String
    ) -> Authentication {
        student.needsCode
            ? .needsCode(FirstFactor(user: user, name: name, credential: credential)) : .proven(name)
    }

    private func prompts(after first: FirstFactor?) -> AuthenticationPrompts {
        guard let first else { return AuthenticationPrompts([Self.passwordPrompt, Self.codePrompt]) }
        return AuthenticationPrompts([Self.codePrompt], instruction: codes.advice(after: first))
    }

    // MARK: Answers

    /// The code, or the password and the code.
    private func authenticate(
        _ answers: [[UInt8]], _ user: String, _ name: LoginName?, _ student: Student?, _ classroom: Classroom,
        after first: FirstFactor?, _ logger: Logger
    ) async -> Authentication {
        if let first {
            guard answers.count == 1, let student else { return .refused(advice: nil) }
            return await use(answers[0], student, after: first, logger)
        }
        guard answers.count == 2 else { return .refused(advice: nil) }
        let isRight = await passwords.verify(answers[0], for: student, in: classroom)
        guard isRight, let name, let student else { return .refused(advice: nil) }
        let first = FirstFactor(user: user, name: name, credential: Self.credential(ofPasswordOf: student))
        return await use(answers[1], student, after: first, logger)
    }

    private func use(
        _ code: [UInt8], _ student: Student, after first: FirstFactor, _ logger: Logger
    ) async -> Authentication {
        do {
            let verdict = try await codes.use(code, of: student, after: first)
            if verdict == .accepted { return .proven(first.name) }
            logger.codeRefused(verdict, of: student.name, after: first.credential)
            return .refused(advice: CodeDesk.advice(for: verdict, at: codes.now()))
        } catch {
            logger.codeNotChecked(student.name, error)
            return .refused(advice: "The code could not be checked: try the next one.")
        }
    }

    private func slowed(_ answer: () async -> Authentication) async -> Authentication {
        let end = ContinuousClock.now + refusalDelay
        let answer = await answer()
        if case .refused = answer { try? await Task.sleep(until: end) }
        return answer
    }

    // MARK: Credentials

    /// The key's name if it is one of the student's, which its fingerprint is.
    private static func accepts(_ type: String, _ base64: String, _ student: Student) -> String? {
        guard let blob = Data(base64Encoded: base64), student.accepts(publicKeyType: type, blob: blob) else {
            return nil
        }
        return student.publicKeys.first { $0.blob == Array(blob) }?.fingerprint
    }

    /// A name for the student's password, another one for each: with a new password nobody waits for the end of a pause.
    /// It tells nothing of the password, for the hash it is made of is salted and is not known to who reads this.
    private static func credential(ofPasswordOf student: Student) -> String {
        let digest = SHA256.hash(data: Data((student.passwordHash?.text ?? "").utf8))
        return "password " + digest.prefix(6).map { String($0, radix: 16) }.joined(separator: "-")
    }
}
