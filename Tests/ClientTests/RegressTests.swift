import Foundation
@testable import TestSupport
import Testing

extension ClientTests {
    /// Cases that OpenSSH tests its own server with (`regress/`), asked of labgate from outside. Those that other suites
    /// cover are not here.
    @Suite(.sampleClass(labsOf: "edu01", "edu02"))
    struct RegressTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        // MARK: Output and ends

        @Test("exit-status: after much and late output, too", arguments: [0, 1, 4, 5, 44])
        func exitStatus(_ status: Int32) async throws {
            let late = try await sample.ssh().run("exec sh -c 'sleep 0.3; exec > /dev/null 2>&1; sleep 0.3; exit \(status)'")
            #expect(late.status == status)
            let much = try await sample.ssh().run("head -c 3000000 /dev/zero; exit \(status)")
            #expect(much.status == status && much.outputBytes.count == 3_000_000)
        }

        @Test("stderr-data: standard error is whole, with -n and without, in a shell and in a command")
        func standardError() async throws {
            for options in [[], ["-n"]] {
                var ssh = try sample.ssh()
                ssh.options += options
                let child = try await ssh.run("exec sh -c 'exec > /dev/null; sleep 0.2; head -c 1000000 /dev/zero 1>&2 2> /dev/null'")
                #expect(child.status == 0)
                #expect(child.output.isEmpty)
                #expect(child.errors.utf8.count == 1_000_000)
            }
        }

        @Test("stderr-after-eof: what is written there after the end of standard output arrives")
        func standardErrorAfterEnd() async throws {
            let child = try await sample.ssh().run("exec sh -c 'echo out; exec 1>&-; sleep 0.5; seq 100000 >&2'")
            #expect(child.output == "out\n")
            #expect(child.errors.hasSuffix("99999\n100000\n"))
            #expect(child.errors.utf8.count == 588_895)
        }

        @Test("yes-head: a command whose reader goes away ends")
        func yesHead() async throws {
            for _ in 0..<4 {
                let child = try await sample.ssh().run(
                    "exec sh -c 'while true; do echo yes; done | (sleep 0.2; head -n 2000)'", inPipeline: #""$@" | wc -l"#)
                #expect(child.output.trimmingCharacters(in: .whitespacesAndNewlines) == "2000", "\(child.errors)")
                #expect(child.status == 0)
            }
        }

        @Test("A command whose output nobody reads any more ends by SIGPIPE, as in a pipe, and one that writes no more does not")
        func unreadOutput() async throws {
            let ssh = try sample.ssh()
            let child = try await ssh.run("exec yes labgate-regress", inPipeline: #""$@" | head -n 2000 | wc -l"#)
            #expect(child.output.trimmingCharacters(in: .whitespacesAndNewlines) == "2000")
            #expect(child.status == 128 + SIGPIPE, "\(child.errors)")
            #expect(child.duration < .seconds(10))
            let isGone = try await eventually(within: .seconds(10), every: .milliseconds(200)) {
                try await !sample.commands(in: "edu01").contains("yes labgate")
            }
            #expect(isGone)
            let quiet = try await ssh.run("echo a; sleep 1; echo b; sleep 1; exit 3", inPipeline: #""$@" | head -n 1"#)
            #expect((quiet.output, quiet.status) == ("a\n", 3))
        }

        @Test("broken-pipe: input for a command that is gone is no error of its own")
        func brokenPipe() async throws {
            for _ in 0..<6 {
                let child = try await sample.ssh().run("true", inPipeline: #"echo | "$@""#)
                #expect(child.status == 0, "\(child.errors)")
            }
        }

        @Test("transfer: blocks of all sizes arrive as they are, both ways", arguments: [10, 100, 1_000, 32_758, 64_000, 1_000_000])
        func transfer(_ size: Int) async throws {
            let files = try await TransferFiles.make(byteCount: 2_000_003)
            let there = try await sample.ssh().run(
                "cat > regress", inPipeline: "dd if=\(files.original.path) obs=\(size) status=none | \"$@\"")
            #expect(there.status == 0, "\(there.errors)")
            let back = try await sample.ssh().run("dd if=regress obs=\(size) status=none", output: files.copy)
            #expect(back.status == 0)
            #expect(try files.areEqual())
        }

        @Test("stdin closed, standard output closed, both closed: the exit status is the command's")
        func closedStreams() async throws {
            for redirection in ["<&-", ">&-", "<&- >&-", "2>&-"] {
                let child = try await sample.ssh().run("exit 7", inPipeline: "\"$@\" \(redirection)")
                #expect(child.status == 7, "\(redirection): \(child.errors)")
            }
        }

        // MARK: Keys and life

        @Test("rekey: by volume, both ways, in mid-transfer, also with each cipher", .shows(.openSSH, .rekeying))
        func rekey() async throws {
            let files = try await TransferFiles.make(byteCount: 20_000_000)
            for cipher in ["chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", "aes128-gcm@openssh.com"] {
                let ssh = try sample.ssh().with("-o", "RekeyLimit=1M", "-c", cipher)
                let child = try await ssh.run("cat", input: .file(files.original), output: files.copy)
                #expect(child.status == 0, "\(cipher): \(child.errors)")
                #expect(try files.areEqual(), "\(cipher)")
            }
        }

        @Test("rekey: by time, while idle and while busy")
        func rekeyByTime() async throws {
            let ssh = try sample.ssh().with("-o", "RekeyLimit=default 1")
            let idle = try await ssh.run("sleep 4; echo alive")
            #expect(idle.output == "alive\n" && idle.status == 0)
            let busy = try await ssh.run("for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.5; done")
            #expect(busy.output == "1\n2\n3\n4\n5\n6\n7\n8\n")
        }

        @Test("Keepalives of the client are answered, while a lab starts and while it is silent", .shows(.openSSH, .keepalive))
        func keepalive() async throws {
            let slow = CourseDocument.slowStart(seconds: 6)
            try await sample.change { try sample.write(CourseDocument(name: "d", podTemplate: slow)) }
            try await sample.change { try await sample.write(student: "edu01", courses: ["c", "d"]) }
            let ssh = try sample.ssh("edu01+d").with("-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=2")
            let child = try await ssh.run("sleep 4; echo alive")
            #expect(child.output == "alive\n" && child.status == 0, "\(child.errors)")
            #expect(child.duration > .seconds(slow == nil ? 4 : 10))
        }

        @Test("envpass: what the course accepts arrives, the rest does not", .shows(.openSSH, .environment))
        func environment() async throws {
            let ssh = try sample.ssh().with("-o", "SetEnv=LC_A=\"a b\" NOT_TAKEN=x TZ=UTC")
            let child = try await ssh.run("echo \"$LC_A|$NOT_TAKEN|$TZ\"")
            #expect(child.output == "a b||UTC\n")
        }

        @Test("Commands, their output and their exit status", .shows(.openSSH, .command, .input))
        func command() async throws {
            let child = try await sample.ssh().run("sort; echo err >&2; exit 42", input: .text("b\na\n"))
            #expect((child.output, child.errors, child.status) == ("a\nb\n", "err\n", 42))
        }

        // MARK: Forwarding

        @Test("multiplex: forwardings come and go by the master's leave, and the others live on")
        func multiplexedForwarding() async throws {
            try await LabServer.echo(in: sample) { server in
                let socket = try TemporaryFolder.make().appending(path: "s").path
                let master = try sample.ssh().with("-M", "-S", socket, "-N").start()
                defer { master.kill() }
                try #require(await eventually { FileManager.default.fileExists(atPath: socket) }, "\(master.errors)")
                let slave = try sample.ssh().with("-S", socket)
                let port = try LocalPort.free()
                let forward = "\(port):localhost:\(server.port)"
                for _ in 0..<3 {
                    #expect(try await slave.with("-O", "forward", "-L", forward).run().status == 0)
                    try await LocalPort.echoes(port, master)
                    #expect(try await slave.with("-O", "cancel", "-L", forward).run().status == 0)
                    #expect(try await LocalPort.ask(port, "hello").status != 0)
                }
                #expect(try await slave.run("echo alive").output == "alive\n")
                #expect(try await slave.with("-O", "exit").run().status == 0)
                _ = try await master.end(within: .seconds(10))
            }
        }

        // MARK: Files

        @Test("scp3: from one lab to another, through the client")
        func scpBetweenLabs() async throws {
            let (from, to) = (try sample.ssh(), try sample.ssh("edu02"))
            #expect(try await from.run("seq 100000 > from-here").status == 0)
            // Each side with its own key: an agent's place is taken by both files.
            let both = from.with("-i", sample.key(of: "edu02").path)
            let child = try await both.transfer("scp", "-3", from.remote("from-here"), to.remote("to-there"))
            #expect(child.status == 0, "\(child.errors)")
            #expect(try await to.run("seq 100000 | cmp - to-there && echo same").output == "same\n")
        }

        @Test("sftp-cmds: the commands of sftp do what they say")
        func sftpCommands() async throws {
            let ssh = try sample.ssh()
            let files = try await TransferFiles.make(byteCount: 10_000)
            let batch = """
                mkdir cmds
                cd cmds
                put \(files.original.path) one
                rename one two
                symlink two three
                ln two four
                chmod 600 two
                ls -l
                -rm missing
                get two \(files.copy.path)
                rm three
                rm four
                rm two
                cd ..
                rmdir cmds
                df .
                pwd
                """
            let child = try await ssh.transfer("sftp", "-b", "-", ssh.remote(""), input: .text(batch + "\n"))
            #expect(child.status == 0, "\(child.errors)")
            #expect(child.output.contains("-rw-------") && child.output.contains("Remote working directory: /home/student"))
            #expect(try files.areEqual())
            let bad = try await ssh.transfer("sftp", "-b", "-", ssh.remote(""), input: .text("get missing\nput never\n"))
            #expect(bad.status == 1)
            #expect(bad.errors.contains("not found"), "\(bad.errors)")
        }

        @Test("sftp: names that are hard to quote")
        func sftpNames() async throws {
            let ssh = try sample.ssh()
            let files = try await TransferFiles.make(byteCount: 100)
            for name in ["a b", "a'b", "ä ö 漢", "-dash", "tab\tname", "a;b&c$d"] {
                let batch = "put \(files.original.path) \"./\(name)\"\nget \"./\(name)\" \(files.copy.path)\n"
                let child = try await ssh.transfer("sftp", "-b", "-", ssh.remote(""), input: .text(batch))
                #expect(child.status == 0, "\(name): \(child.errors)")
                #expect(try files.areEqual(), "\(name)")
            }
        }

        @Test("sftp: many small files")
        func manySmallFiles() async throws {
            let ssh = try sample.ssh()
            let (tree, back) = (try TemporaryFolder.make(), try TemporaryFolder.make())
            for number in 0..<500 {
                try Data("\(number)".utf8).write(to: tree.appending(path: "file \(number)"))
            }
            let batch = "put -r \(tree.path)/. small\nget -r small \(back.path)\n"
            let child = try await ssh.transfer("sftp", "-b", "-", ssh.remote(""), input: .text("mkdir small\n" + batch))
            #expect(child.status == 0, "\(child.errors)")
            let difference = try await ChildProcess.run(["diff", "-r", tree.path, back.appending(path: "small").path])
            #expect(difference.status == 0, "\(difference.output.prefix(300)) \(difference.errors.prefix(300))")
        }
    }
}
