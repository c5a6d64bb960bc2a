import Foundation
@testable import TestSupport
import Testing

extension ClusterTests {
    /// Codes of an authenticator app as a second factor (RFC 6238).
    @Suite(.sampleClass(labsOf: "edu01"), .customResources)
    struct CodeTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        /// A student of the folder with a TOTP key.
        private func write(_ student: String) async throws -> AuthenticatorApp {
            let app = try await AuthenticatorApp.make(for: student)
            let publicKey = try await sample.publicKey(of: student)
            try await sample.change {
                try sample.write(
                    StudentDocument(
                        name: student, publicKeys: [publicKey], passwordHash: sample.passwordHash, totpKey: app.key))
            }
            return app
        }

        private func ssh(_ student: String, code: String, at gateway: LabgateProcess? = nil) throws -> SSH {
            let ssh = try sample.ssh(student, at: gateway ?? sample.gateway)
            return ssh.with(.keyAndCode(sample.key(of: student), code: code))
        }

        @Test("`labgate totp` makes a key for the document and the app, another each time")
        func command() async throws {
            let child = try await LabgateProcess.run("totp", "edu01", "--issuer", "The School")
            #expect(child.status == 0)
            let key = String(child.output.dropFirst("totpKey: ".count).prefix(32))
            #expect(
                child.output == """
                    totpKey: \(key)
                    otpauth://totp/The%20School:edu01?secret=\(key)&issuer=The%20School&algorithm=SHA1&digits=6&period=30

                    """)
            #expect(child.errors.contains("kubectl create secret") && !child.errors.contains(key))
            #expect(try await AuthenticatorApp.make(for: "edu01").key != key)
            #expect(try await LabgateProcess.run("totp", "a b").status != 0)
        }

        @Test("A key or the password is not enough; with a code it is, and each code is good once, at any gateway")
        func twoFactors() async throws {
            let app = try await write("coded")
            try await GatewayPair.with(sample) { pair in
                let second = try pair.gateway(.second)
                #expect(try await sample.ssh("coded").run("true").status == 255)
                let password = SSH.Credential.password(SampleClass.password)
                #expect(try await sample.ssh("coded").with(password).run("true").status == 255)
                #expect(try await ssh("coded", code: "").run("true").status == 255)

                let first = try await app.code()
                #expect(try await ssh("coded", code: first).run("echo in").output == "in\n")
                #expect(try await ssh("coded", code: first).run("echo in").status == 255)
                let elsewhere = try await ssh("coded", code: first, at: second).run("echo in")
                #expect(elsewhere.status == 255)
                #expect(elsewhere.errors.contains("Permission denied (keyboard-interactive)"), "\(elsewhere.errors)")

                let next = try await app.code(1)
                let both = SSH.Credential.passwordAndCode(SampleClass.password, code: next)
                #expect(try await sample.ssh("coded", at: second).with(both).run("echo in").output == "in\n")
                #expect(try await sample.ssh("coded").with(both).run("echo in").status == 255)
                for gateway in try pair.living {
                    let log = gateway.running.errors
                    #expect(!log.contains(app.key) && !log.contains(first) && !log.contains(next))
                }
                #expect(!second.logged("code was used before").isEmpty)
            }
        }

        @Test("Many wrong codes are followed by a pause, for the key that they came with and not for the password")
        func guessing() async throws {
            let app = try await write("guessed")
            for _ in 1...5 { #expect(try await ssh("guessed", code: "000000").run("true").status == 255) }
            #expect(try await ssh("guessed", code: try await app.code()).run("true").status == 255)
            let warning = try #require(
                try sample.gateway.logged("too many wrong codes: the credential may be stolen").last)
            #expect(warning["credential"].string?.hasPrefix("SHA256:") == true)
            let both = SSH.Credential.passwordAndCode(SampleClass.password, code: try await app.code())
            #expect(try await sample.ssh("guessed").with(both).run("echo in").output == "in\n")
        }

        @Test("With ControlMaster one code is enough for all that comes after it")
        func controlMaster() async throws {
            let app = try await write("master")
            let socket = try TemporaryFolder.make().appending(path: "socket").path
            let options = ["-o", "ControlPath=\(socket)"]
            let code = try await app.code()
            let master = try ssh("master", code: code).with(options).with("-o", "ControlMaster=yes")
                .start("echo in; sleep 100")
            try await master.prints("in\n")
            for _ in 1...3 {
                #expect(try await ssh("master", code: "none").with(options).run("echo in, too").output == "in, too\n")
            }
            master.signal(SIGTERM)
            _ = try await master.end()
        }

        @Test("The TOTP key may be in a Secret; nothing that kubectl shows of students has it, and without it nobody gets in")
        func secret() async throws {
            try await sample.stop()
            try sample.writeConfiguration(
                site: sample.namespace.settings(readsResources: true), extra: SampleClass.briskLifeCycle)
            try await sample.start()
            let app = try await AuthenticatorApp.make(for: "keeper")
            let publicKey = try await sample.publicKey(of: "keeper")
            try await sample.namespace.kubectl(
                "create", "secret", "generic", "totp", "--from-literal=keeper=\(app.key)")
            try await sample.namespace.apply(
                """
                apiVersion: labgate.dev/v1alpha1
                kind: Student
                metadata: {name: keeper}
                spec: {courses: [c], publicKeys: ["\(publicKey)"], totpKeySecret: {name: totp, key: keeper}}
                """)
            let isIn = try await eventually(within: .seconds(30), every: .milliseconds(500)) {
                try await ssh("keeper", code: try await app.code()).run("true").status == 0
            }
            #expect(isIn)
            #expect(try await sample.ssh("keeper").run("true").status == 255)
            let next = try await app.code(1)
            let report = try await ssh("keeper", code: next).run(":status")
            #expect(report.status == 0, "\(report.errors)")
            let shown = [
                try await sample.namespace.kubectl("get", "students", "--output=yaml"),
                try await sample.namespace.kubectl("get", "leases", "--output=yaml"),
                report.output, try sample.gateway.running.errors,
            ]
            for text in shown { #expect(!text.contains(app.key) && !text.contains(next)) }

            // Secrets are read again once a minute; a gateway that starts reads them at once.
            try await sample.namespace.kubectl("delete", "secret", "totp")
            try await sample.stop()
            try await sample.start()
            #expect(try await ssh("keeper", code: try await app.code(-1)).run("true").status == 255)
        }
    }
}
