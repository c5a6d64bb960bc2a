import Classroom
import Foundation
import Logging

import Synchronization

@testable import Gateway
@testable import SSHServer

/// Students with and without a TOTP key, their ledgers, a clock, and as many gateways as a test wants.
final class CodeBook: Sendable {
    static let key = try? TOTPKey.parse("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    static let base64 = "AAAAC3NzaC1lZDI1NTE5AAAAIJCp0i+cht8RgYHN52F09zGzC07dPeCSWGxeIW+7Ov6Z"
    static let offer = AuthenticationRequest.Method.publicKeyOffer(.init(type: "ssh-ed25519", base64: base64))
    static let proof = AuthenticationRequest.Method.publicKey(.init(type: "ssh-ed25519", base64: base64))
    /// By `openssl passwd -6 -salt openssl1 secret`.
    private static let hash =
        "$6$openssl1$j1cxyxAfPRblEE9HDeZn6pZyQZDxw4WcISMl491UOI27QW9fNPX7Ka7StHnx7eKLBcsBMfGeR2EZP7wGItXlp/"

    let classroom: Classroom
    private let ledgers = Mutex<[String: Ledger]>([:])
    private let isReachable = Mutex(true)
    private let time = Mutex(Date(timeIntervalSince1970: 3000))

    init() throws {
        let keys = try Student(name: "both", courses: ["c"], publicKeys: [.parse("ssh-ed25519 \(Self.base64)")]).publicKeys
        let hash = try PasswordHash.parse(Self.hash)
        classroom = Classroom(
            courses: [],
            students: [
                Student(name: "both", courses: ["c"], publicKeys: keys, passwordHash: hash, totpKey: Self.key),
                Student(name: "keyed", courses: ["c"], publicKeys: keys, totpKey: Self.key),
                Student(name: "plain", courses: ["c"], publicKeys: keys, passwordHash: hash),
                Student(
                    name: "lost", courses: ["c"], publicKeys: keys, passwordHash: hash,
                    totpKeySecret: SecretReference(name: "gone", key: "totpKey")),
            ])
    }

    struct Unreachable: Error {}

    /// A connection to a gateway.
    func login(refusalDelay: Duration = .zero) -> Login {
        Login(
            authenticator: authenticator(refusalDelay: refusalDelay), metrics: GatewayMetrics(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    func authenticator(refusalDelay: Duration = .zero) -> Authenticator {
        let desk = CodeDesk(
            ledger: { student in self.ledger(of: student) },
            change: { student, make in
                guard self.isReachable.withLock({ $0 }) else { throw Unreachable() }
                return self.ledgers.withLock { make(&$0[student, default: Ledger()]) }
            },
            now: { self.time.withLock { $0 } })
        var authenticator = Authenticator(classroom: { self.classroom }, codes: desk)
        authenticator.refusalDelay = refusalDelay
        return authenticator
    }

    func ledger(of student: String) -> Ledger { ledgers.withLock { $0[student] ?? Ledger() } }

    func breakDown() { isReachable.withLock { $0 = false } }

    /// Lets seconds pass.
    func pass(_ seconds: Double) { time.withLock { $0 += seconds } }

    /// The code that the app shows.
    var code: String {
        time.withLock { Self.key?.code(at: TOTPKey.step(at: $0)) ?? "" }
    }
}
