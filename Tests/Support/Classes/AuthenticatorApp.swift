import Foundation
import Synchronization
import Testing

/// A student's authenticator app, with an implementation of RFC 6238 that is not ours.
struct AuthenticatorApp {
    /// Base 32.
    let key: String
    /// The newest step whose code was given away, by any of them: a student's used steps are the same for all keys.
    private static let lastStep = Mutex(0)

    /// Makes a key with `labgate totp`.
    static func make(for student: String) async throws -> AuthenticatorApp {
        let child = try await LabgateProcess.run("totp", student)
        let line = child.output.split(separator: "\n").first ?? ""
        try #require(child.status == 0 && line.hasPrefix("totpKey: "), "\(child.errors)")
        return AuthenticatorApp(key: String(line.dropFirst("totpKey: ".count)))
    }

    /// The code that is shown so many steps from now.
    func code(_ stepsFromNow: Int = 0) async throws -> String { try await code(at: Self.step + stepsFromNow) }

    /// A code that was not given away before and is good now, or one step early; waits for one if need be.
    func nextCode() async throws -> String {
        while Self.lastStep.withLock({ $0 }) > Self.step { try await Task.sleep(for: .milliseconds(200)) }
        let step = Self.lastStep.withLock { last in
            last = max(last + 1, Self.step)
            return last
        }
        return try await code(at: step)
    }

    private static var step: Int { Int(Date().timeIntervalSince1970 / 30) }

    private static let script = """
        import base64, hmac, struct, sys
        counter = struct.pack(">q", int(sys.argv[2]))
        digest = hmac.digest(base64.b32decode(sys.argv[1]), counter, "sha1")
        offset = digest[-1] & 15
        print("%06d" % ((int.from_bytes(digest[offset:offset + 4], "big") & 0x7fffffff) % 1000000))
        """

    private func code(at step: Int) async throws -> String {
        let child = try await ChildProcess.run(
            [Python.interpreter ?? "python3", "-c", Self.script, key, "\(step)"])
        try #require(child.status == 0, "\(child.errors)")
        return child.output.trimmingCharacters(in: .newlines)
    }
}
