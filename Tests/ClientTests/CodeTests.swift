import Foundation
@testable import TestSupport
import Testing

extension ClientTests {
    /// Every client asks its user for the code of an authenticator app, after the key.
    @Suite(.sampleClass(labsOf: "edu01"))
    struct CodeTests {
        let sample: SampleClass
        let client: OtherClient

        init() throws {
            sample = try .ofSuite()
            client = try OtherClient(sample)
        }

        /// Gives the student a new key and runs `body` with the app that has it; the student is as before then.
        private func withApp(_ body: (AuthenticatorApp) async throws -> Void) async throws {
            let app = try await AuthenticatorApp.make(for: "edu01")
            try await sample.change {
                try await sample.write(
                    StudentDocument(name: "edu01", publicKeys: [sample.publicKey(of: "edu01")], totpKey: app.key))
            }
            try await body(app)
            try await sample.change { try await sample.write(student: "edu01") }
        }

        private func asksForCode(_ command: [String]) async throws {
            try await withApp { app in
                try await Terminal.with(command: command, environment: ["HOME": client.home.path]) { terminal in
                    try await terminal.shows("Verification code:")
                    let code = try await app.nextCode()
                    try await terminal.enter(code)
                    try await terminal.showsPrompt()
                    try await terminal.enter("exit 5")
                    #expect(try await terminal.exitStatus() == 5)
                    #expect(try await !terminal.screen().contains(code))
                }
            }
        }

        @Test("ssh", .shows(.openSSH, .code))
        func openSSH() async throws {
            let command = try sample.ssh().argv().map { $0 == "BatchMode=yes" ? "BatchMode=no" : $0 }
            try await asksForCode(command)
        }

        @Test("plink", .shows(.putty, .code))
        func putty() async throws {
            let options = try await client.puttyArgv("plink").filter { $0 != "-batch" }
            try await asksForCode(options + ["-no-antispoof", "edu01@127.0.0.1"])
        }

        @Test("dbclient", .shows(.dropbear, .code))
        func dropbear() async throws {
            try await asksForCode(try await client.dropbearArgv())
        }

        @Test("Paramiko", .enabled(if: Python.isThere), .shows(.paramiko, .code))
        func paramiko() async throws { try await logsIn("paramiko") }

        @Test("asyncssh", .enabled(if: Python.isThere), .shows(.asyncssh, .code))
        func asyncssh() async throws { try await logsIn("asyncssh") }

        private func logsIn(_ check: String) async throws {
            try await withApp { app in
                let child = try await client.script("code_client", check, app.nextCode())
                #expect(child.status == 0, "\(child.errors)")
            }
        }
    }
}
