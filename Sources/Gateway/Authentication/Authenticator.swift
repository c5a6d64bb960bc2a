import Classroom
import Foundation
import SSHServer

/// Decides whether a credential proves to be the student that a login names.
///
/// Unknown students and wrong credentials look and time the same: a password costs one hash whoever it is for, and a
/// key is simply not among those of nobody. Suspension is told after the login, to the one who may know.
struct Authenticator: Sendable {
    let classroom: @Sendable () -> Classroom
    private let passwords = PasswordVerifier()

    init(classroom: @escaping @Sendable () -> Classroom) {
        self.classroom = classroom
    }

    /// The login that the request proves, or nil. For an offered key: the login that it would prove.
    func authenticate(_ request: AuthenticationRequest) async -> LoginName? {
        let classroom = classroom()
        let name = LoginName.parse(request.user)
        let student = name.flatMap { classroom.student(named: $0.student) }
        return await isProven(request.method, student, classroom) ? name : nil
    }

    private func isProven(
        _ method: AuthenticationRequest.Method, _ student: Student?, _ classroom: Classroom
    ) async -> Bool {
        switch method {
        case .password(let password):
            return await passwords.verify(password, for: student, in: classroom)
        case .publicKey(let key), .publicKeyOffer(let key):
            guard let student, let blob = Data(base64Encoded: key.base64) else { return false }
            return student.accepts(publicKeyType: key.type, blob: blob)
        case .none, .unsupported:
            return false
        }
    }
}
