import Foundation
import SSHServer
import TestSupport
import Testing

@Suite("Authentication in steps (RFC 4252 §5.1, RFC 4256)", .serialized)
struct AuthenticationStepsTests {
    let script = Script(file: "authentication_steps")

    /// Runs OpenSSH's client for a user who needs a code, with a user at it who types these.
    ///
    /// - Returns: how it ended, and what was asked.
    private func ssh(
        _ server: TestServer, key: URL? = nil, password: String = "secret", codes: [String], _ options: [String] = []
    ) async throws -> (ChildProcess, asked: [String]) {
        let folder = try TemporaryFolder.make()
        for (index, code) in codes.enumerated() {
            try Data("\(code)\n".utf8).write(to: folder.appending(path: "code\(index + 1)"))
        }
        let program = folder.appending(path: "askpass")
        try Data(Self.askpass.utf8).write(to: program)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program.path)
        let command = try server.sshCommand(key: key, options, "exit 42").map {
            $0 == "BatchMode=yes" ? "BatchMode=no" : $0.replacing("edu01@", with: "twofold@")
        }
        let child = try await ChildProcess.run(
            command,
            environment: [
                "SSH_ASKPASS": program.path, "SSH_ASKPASS_REQUIRE": "force", "FOLDER": folder.path,
                "PASSWORD": password,
            ])
        let asked = (try? String(contentsOf: folder.appending(path: "asked"), encoding: .utf8)) ?? ""
        return (child, asked.split(separator: "\n").map { String($0).replacing("(twofold@127.0.0.1) ", with: "") })
    }

    /// Types the password, and the codes one after the other.
    private static let askpass = """
        #!/bin/sh
        echo "$1" >> "$FOLDER/asked"
        case $1 in
        *assword*) echo "$PASSWORD" ;;
        *) count=$(grep -c Verification "$FOLDER/asked"); cat "$FOLDER/code$count" ;;
        esac
        """

    @Test("After a key OpenSSH asks for the code, and the right one lets in")
    func keyAndCode() async throws {
        try await TestServer.run { server in
            let key = try await TestServer.makeKey()
            let (child, asked) = try await ssh(server, key: key, codes: ["123456"])
            #expect(child.status == 42, "\(child.errors)")
            #expect(asked == ["Verification code: "])
        }
    }

    @Test("Without a key OpenSSH asks for the password and the code at once")
    func passwordAndCode() async throws {
        try await TestServer.run { server in
            let (child, asked) = try await ssh(server, codes: ["123456"])
            #expect(child.status == 42, "\(child.errors)")
            #expect(asked == ["Password: ", "Verification code: "])
        }
    }

    @Test("A client that sends the password by itself is asked for the code next")
    func passwordMethodAndCode() async throws {
        try await TestServer.run { server in
            let order = ["-o", "PreferredAuthentications=password,keyboard-interactive"]
            let (child, asked) = try await ssh(server, codes: ["123456"], order)
            #expect(child.status == 42, "\(child.errors)")
            #expect(asked == ["twofold@127.0.0.1's password: ", "Verification code: "])
        }
    }

    @Test("A wrong code gets another try, and only wrong ones do not get in")
    func wrongCode() async throws {
        try await TestServer.run { server in
            let key = try await TestServer.makeKey()
            let (second, asked) = try await ssh(server, key: key, codes: ["000000", "123456"])
            #expect(second.status == 42, "\(second.errors)")
            #expect(asked == ["Verification code: ", "Verification code: "])
            let (never, _) = try await ssh(server, key: key, codes: ["000000", "", "1234567"])
            #expect(never.status == 255)
            #expect(never.errors.contains("Permission denied (keyboard-interactive)"), "\(never.errors)")
        }
    }

    @Test("A wrong password with the right code, and a right one with a wrong code, look the same")
    func wrongEither() async throws {
        try await TestServer.run { server in
            let only = ["-o", "PreferredAuthentications=keyboard-interactive", "-o", "NumberOfPasswordPrompts=1"]
            let (password, _) = try await ssh(server, password: "wrong", codes: ["123456"], only)
            let (code, _) = try await ssh(server, codes: ["000000"], only)
            #expect(password.status == 255 && code.status == 255)
            #expect(password.errors == code.errors)
            #expect(code.errors.contains("Permission denied (publickey,keyboard-interactive,password)"))
        }
    }

    @Test("A first step is a failure with partial success that names the second only, which is not to be jumped over")
    func partialSuccess() async throws {
        try await TestServer.run { try await script.passes("partial_success", $0.port) }
    }

    @Test("Another user name begins anew, also in the middle of being asked")
    func otherUser() async throws {
        try await TestServer.run { server in
            try await script.passes("other_user", server.port)
            #expect(!server.journal.entries.contains { $0.hasPrefix("answers of edu01") })
        }
    }

    @Test("The same user name begins anew after another in between, even if that one could prove nothing")
    func sameUserAgain() async throws {
        try await TestServer.run { try await script.passes("same_user_again", $0.port) }
    }

    @Test("Whoever has nothing to be asked is refused keyboard-interactive, and nobody is asked")
    func notOffered() async throws {
        try await TestServer.run { server in
            try await script.passes("not_offered", server.port)
            #expect(server.journal.entries.allSatisfy { $0.hasPrefix("password of edu01") || $0.hasPrefix("closed") })
        }
    }

    @Test("Where passwords are not configured keyboard-interactive is no way around that, but a code can follow a key")
    func withoutPasswords() async throws {
        try await TestServer.run({ $0.methods = .publicKey }) { server in
            try await script.passes("begins_with_key_only", server.port)
            let (child, asked) = try await ssh(server, key: try await TestServer.makeKey(), codes: ["123456"])
            #expect(child.status == 42, "\(child.errors)")
            #expect(asked == ["Verification code: "])
        }
    }

    @Test("Wrong answers are tries, and too many or too few answers are wrong")
    func answersAreTries() async throws {
        try await TestServer.run({ $0.maximumTries = 4 }) { server in
            try await script.passes("wrong_answers", server.port, 4)
            #expect(server.journal.entries.contains("answers of twofold: 123456, 123456"))
        }
    }

    @Test("Answers to what nobody has asked end the connection")
    func unaskedAnswers() async throws {
        try await TestServer.run { server in
            for check in ["unasked_answers", "answers_twice", "damaged_answers"] {
                try await script.passes(check, server.port)
            }
            #expect(!server.journal.entries.contains("answers of twofold: unasked"))
        }
    }

    @Test("Paramiko and asyncssh log in with a code as well")
    func otherClients() async throws {
        try await TestServer.run { server in
            try await script.passes("paramiko_client", server.port)
            try await script.passes("asyncssh_client", server.port, try await TestServer.makeKey().path)
        }
    }
}
