import Foundation
@testable import TestSupport
import Testing

extension ClientTests {
    /// PuTTY, Dropbear, asyncssh, Paramiko and libssh do what OpenSSH does.
    @Suite(.sampleClass(labsOf: "edu01"))
    struct OtherClientTests {
        let sample: SampleClass
        let client: OtherClient

        init() throws {
            sample = try .ofSuite()
            client = try OtherClient(sample)
        }

        // MARK: PuTTY

        @Test("plink runs a command: output apart, exit status, nothing of its own in between", .shows(.putty, .command))
        func plinkCommand() async throws {
            let child = try await client.putty("plink", "edu01@127.0.0.1", "echo out; echo err >&2; exit 42")
            #expect((child.output, child.errors) == ("out\n", "err\n"))
            #expect(child.status == 42)
        }

        @Test("plink passes input on, and its end", .shows(.putty, .input))
        func plinkInput() async throws {
            let child = try await client.putty("plink", "edu01@127.0.0.1", "sort", input: .text("b\na\n"))
            #expect(child.output == "a\nb\n", "\(child.errors)")
            #expect(child.status == 0)
        }

        @Test("plink in a terminal holds its keystrokes back until it is answered, and then works", .shows(.putty, .terminal))
        func plinkTerminal() async throws {
            let command = try await client.puttyArgv("plink") + ["edu01@127.0.0.1"]
            try await Terminal.with(command: command, environment: ["HOME": client.home.path]) { terminal in
                try await terminal.showsPrompt()
                try await terminal.enter("stty size; echo $(( 6 * 7 ))")
                try await terminal.shows("24 80")
                try await terminal.shows("42")
                try await terminal.resize(columns: 100, rows: 30)
                try await Task.sleep(for: .milliseconds(500))
                try await terminal.enter("stty size")
                try await terminal.shows("30 100")
                try await terminal.enter("exit 5")
                #expect(try await terminal.exitStatus() == 5)
            }
        }

        @Test("pscp and psftp copy there and back", .shows(.putty, .sftp, .scp))
        func puttyFiles() async throws {
            let files = try await TransferFiles.make(byteCount: 3_000_000)
            for options in [["-sftp"], []] {
                let there = try await ChildProcess.run(
                    client.puttyArgv("pscp") + options + [files.original.path, "edu01@127.0.0.1:putty-file"])
                #expect(there.status == 0, "\(there.errors)")
                let back = try await ChildProcess.run(
                    client.puttyArgv("pscp") + options + ["edu01@127.0.0.1:putty-file", files.copy.path])
                #expect(back.status == 0, "\(back.errors)")
                #expect(try files.areEqual())
            }
            let batch = "put \(files.original.path) by-psftp\nget by-psftp \(files.copy.path)\nquit\n"
            let child = try await client.putty("psftp", "edu01@127.0.0.1", input: .text(batch))
            #expect(child.status == 0, "\(child.errors)")
            #expect(try files.areEqual())
        }

        @Test("pscp copies with the legacy protocol", .shows(.putty, .legacySCP))
        func puttyLegacy() async throws {
            let files = try await TransferFiles.make(byteCount: 300_000)
            let there = try await ChildProcess.run(
                client.puttyArgv("pscp") + ["-scp", files.original.path, "edu01@127.0.0.1:putty-legacy"])
            #expect(there.status == 0, "\(there.errors)")
            let back = try await ChildProcess.run(
                client.puttyArgv("pscp") + ["-scp", "edu01@127.0.0.1:putty-legacy", files.copy.path])
            #expect(back.status == 0, "\(back.errors)")
            #expect(try files.areEqual())
        }

        @Test("pscp says that an image has no sftp-server, and copies with -scp all the same")
        func puttyWithoutServer() async throws {
            try await sample.change { try sample.write(CourseDocument(sftpServer: "/no/sftp-server")) }
            let files = try await TransferFiles.make(byteCount: 300_000)
            let place = "\(OtherClient.destination):without-server"
            let there = try await client.putty("pscp", files.original.path, place)
            let again = try await client.putty("pscp", "-scp", files.original.path, place)
            try await sample.change { try sample.write(CourseDocument()) }
            #expect(there.status != 0)
            #expect(there.errors.contains("this image has no sftp-server: use scp -O or rsync"), "\(there.errors)")
            #expect(again.status == 0, "\(again.errors)")
        }

        @Test("plink logs in with a password")
        func plinkPassword() async throws {
            let argv = try await client.puttyArgv("plink").filter { $0 != "-noagent" }
            let key = try #require(argv.firstIndex(of: "-i"))
            let command = argv[..<key] + argv[(key + 2)...] + ["-pw", SampleClass.password, OtherClient.destination, "exit 7"]
            let child = try await ChildProcess.run(Array(command), environment: ["HOME": client.home.path])
            #expect(child.status == 7, "\(child.errors)")
        }

        @Test("plink forwards a port", .shows(.putty, .localForwarding))
        func puttyForwarding() async throws {
            try await LabServer.echo(in: sample) { server in
                let port = try LocalPort.free()
                let running = try await ChildProcess.start(
                    client.puttyArgv("plink") + ["-N", "-L", "\(port):localhost:\(server.port)", "edu01@127.0.0.1"])
                defer { running.kill() }
                try await LocalPort.echoes(port, running)
            }
        }

        // MARK: Dropbear

        @Test("dbclient runs a command: output apart, exit status", .shows(.dropbear, .command))
        func dropbearCommand() async throws {
            let child = try await client.dropbear("echo out; echo err >&2; exit 42")
            #expect(child.output == "out\n")
            #expect(child.errors.contains("err\n"))
            #expect(child.status == 42)
        }

        @Test("dbclient passes input on, and its end", .shows(.dropbear, .input))
        func dropbearInput() async throws {
            let child = try await client.dropbear("sort", input: .text("b\na\n"))
            #expect(child.output == "a\nb\n", "\(child.errors)")
        }

        @Test("dbclient works in a terminal", .shows(.dropbear, .terminal))
        func dropbearTerminal() async throws {
            let command = try await client.dropbearArgv()
            try await Terminal.with(command: command, environment: ["HOME": client.home.path]) { terminal in
                try await terminal.showsPrompt()
                try await terminal.enter("stty size; exit 5")
                try await terminal.shows("24 80")
                #expect(try await terminal.exitStatus() == 5)
            }
        }

        @Test("dbclient forwards a port", .shows(.dropbear, .localForwarding))
        func dropbearForwarding() async throws {
            try await LabServer.echo(in: sample) { server in
                let port = try LocalPort.free()
                let running = try await ChildProcess.start(
                    client.dropbearArgv(["-N", "-L", "\(port):localhost:\(server.port)"]),
                    environment: ["HOME": client.home.path])
                defer { running.kill() }
                try await LocalPort.echoes(port, running)
            }
        }

        @Test("scp by way of dbclient copies there and back", .shows(.dropbear, .legacySCP))
        func dropbearFiles() async throws {
            let files = try await TransferFiles.make(byteCount: 300_000)
            let program = client.home.appending(path: "dbclient")
            // scp asks for ssh's options; dbclient knows few of them.
            let argv = try await client.dropbearArgv().dropLast().joined(separator: " ")
            let script = "#!/bin/sh\nfor last; do :; done\nexec \(argv) edu01@127.0.0.1 \"$last\"\n"
            try Data(script.utf8).write(to: program)
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program.path)
            for (there, back) in [("edu01@127.0.0.1:db", "edu01@127.0.0.1:db")] {
                for command in [[files.original.path, there], [back, files.copy.path]] {
                    let child = try await ChildProcess.run(["scp", "-q", "-O", "-S", program.path] + command)
                    #expect(child.status == 0, "\(child.errors)")
                }
            }
            #expect(try files.areEqual())
        }

        // MARK: Libraries

        static let asyncsshChecks = [
            "command", "input", "terminal", "environment", "signal", "channels", "keepalive", "rekeying", "sftp",
        ]

        @Test(
            "asyncssh", .enabled(if: Python.isThere),
            .shows(
                .asyncssh, .command, .input, .terminal, .environment, .signal, .channels, .keepalive, .rekeying, .sftp),
            arguments: asyncsshChecks)
        func asyncssh(_ check: String) async throws {
            let child = try await client.script("asyncssh_client", check)
            #expect(child.status == 0, "\(child.errors)")
        }

        static let paramikoChecks = [
            "command", "empty", "input", "terminal", "environment", "channels", "keepalive", "rekeying", "sftp",
        ]

        @Test(
            "Paramiko", .enabled(if: Python.isThere),
            .shows(.paramiko, .command, .input, .terminal, .environment, .channels, .keepalive, .rekeying, .sftp),
            arguments: paramikoChecks)
        func paramiko(_ check: String) async throws {
            let child = try await client.script("paramiko_client", check)
            #expect(child.status == 0, "\(child.errors)")
        }

        @Test(
            "libssh", .enabled(if: Python.isThere), .shows(.libssh, .command, .input, .sftp, .legacySCP),
            arguments: ["command", "input", "sftp", "scp"])
        func libssh(_ check: String) async throws {
            let child = try await client.script("libssh_client", check)
            #expect(child.status == 0, "\(child.errors)")
        }

        @Test("asyncssh forwards a port", .enabled(if: Python.isThere), .shows(.asyncssh, .localForwarding))
        func asyncsshForwarding() async throws { try await forwards("asyncssh_client") }

        @Test("Paramiko forwards a port", .enabled(if: Python.isThere), .shows(.paramiko, .localForwarding))
        func paramikoForwarding() async throws { try await forwards("paramiko_client") }

        @Test("libssh forwards a port", .enabled(if: Python.isThere), .shows(.libssh, .localForwarding))
        func libsshForwarding() async throws { try await forwards("libssh_functions") }

        private func forwards(_ script: String) async throws {
            try await LabServer.echo(in: sample) { server in
                let child = try await client.script(script, "forwarding", "\(server.port)")
                #expect(child.status == 0, "\(child.errors)")
            }
        }
    }
}
