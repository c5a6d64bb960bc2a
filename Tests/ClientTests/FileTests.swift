import Foundation
@testable import TestSupport
import Testing

extension ClientTests {
    /// Files, there and back, byte for byte.
    @Suite(.sampleClass(labsOf: "edu01"))
    struct FileTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        private func sha256(_ file: URL) async throws -> Substring {
            try await ChildProcess.run(["sha256sum", file.path], within: .seconds(120)).output.prefix(64)
        }

        /// OpenSSH's client as rsync, git and sshfs call it.
        private func shell() throws -> String {
            try sample.ssh().argv().dropLast().joined(separator: " ")
        }

        // MARK: SFTP

        @Test("sftp puts, lists and gets, and its end is clean", .shows(.openSSH, .sftp))
        func sftp() async throws {
            let ssh = try sample.ssh()
            let files = try await TransferFiles.make(byteCount: 3_000_000)
            let batch = """
                mkdir box
                put \(files.original.path) box/letter
                ls box
                get box/letter \(files.copy.path)
                """
            let child = try await ssh.transfer("sftp", "-b", "-", ssh.remote(""), input: .text(batch + "\n"))
            #expect(child.status == 0, "\(child.errors)")
            #expect(child.output.contains("box/letter"))
            #expect(try files.areEqual())
        }

        @Test("sftp goes on with a transfer that was broken off, both ways")
        func sftpResume() async throws {
            let ssh = try sample.ssh()
            let files = try await TransferFiles.make(byteCount: 5_000_000)
            let whole = try Data(contentsOf: files.original)
            let start = files.original.appendingPathExtension("start")
            try whole.prefix(1_234_567).write(to: start)
            try whole.prefix(2_345_678).write(to: files.copy)
            let batch = """
                put \(start.path) resumed
                reput \(files.original.path) resumed
                reget resumed \(files.copy.path)
                """
            let child = try await ssh.transfer("sftp", "-b", "-", ssh.remote(""), input: .text(batch + "\n"))
            #expect(child.status == 0, "\(child.errors)")
            #expect(try files.areEqual())
            #expect(try await ssh.run("sha256sum < resumed").output.prefix(64) == sha256(files.original))
        }

        @Test("sftp carries a file of more than 2 GB unchanged")
        func sftpLarge() async throws {
            let ssh = try sample.ssh()
            try await sample.change { try sample.write(CourseDocument(ephemeralStorage: "6Gi")) }
            try await sample.removeLab(of: "edu01")
            let files = try await TransferFiles.make(byteCount: 1_000_000)
            // Mostly a hole, with something to get wrong at both ends and beyond 2^31.
            for offset in ["1", "2100", "2200"] {
                try await #require(
                    ChildProcess.run([
                        "dd", "if=\(files.original.path)", "of=\(files.copy.path)", "bs=1M", "seek=\(offset)",
                        "conv=notrunc", "status=none",
                    ]).status == 0)
            }
            let batch = "put \(files.copy.path) large\n"
            let child = try await ssh.transfer("sftp", "-b", "-", ssh.remote(""), input: .text(batch), within: .seconds(200))
            #expect(child.status == 0, "\(child.errors)")
            let sum = try await ssh.run("sha256sum < large; rm large", within: .seconds(120)).output.prefix(64)
            #expect(try await sum == sha256(files.copy))
            try? FileManager.default.removeItem(at: files.copy)
        }

        @Test("sftp cannot write to the course's files")
        func sftpReadOnly() async throws {
            let ssh = try sample.ssh()
            let child = try await ssh.transfer("sftp", "-b", "-", ssh.remote(""), input: .text("mkdir /mybackup/box\n"))
            #expect(child.status != 0)
        }

        @Test("An image without an sftp-server gets one clear sentence, not a hang")
        func noSFTPServer() async throws {
            try await sample.change { try sample.write(CourseDocument(sftpServer: "/no/sftp-server")) }
            let ssh = try sample.ssh()
            let child = try await ssh.transfer("sftp", "-b", "-", ssh.remote(""), input: .text("ls\n"))
            #expect(child.status != 0)
            #expect(child.duration < .seconds(10))
            #expect(child.errors.contains("labgate: this image has no sftp-server: use scp -O or rsync"), "\(child.errors)")
            try await sample.change { try sample.write(CourseDocument()) }
        }

        @Test("lftp mirrors a tree of many small files there and back")
        func lftp() async throws {
            let (tree, back) = (try TemporaryFolder.make(), try TemporaryFolder.make())
            for number in 0..<300 {
                let folder = tree.appending(path: "\(number % 7)")
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                try Data(repeating: UInt8(number % 256), count: number * 10).write(to: folder.appending(path: "file \(number)"))
            }
            // It adds the destination and the subsystem itself.
            let script = """
                set sftp:auto-confirm yes
                set sftp:connect-program "\(try shell()) -a -x"
                set net:max-retries 1
                open -u edu01, sftp://127.0.0.1
                mirror -R \(tree.path) many
                mirror many \(back.path)
                """
            let child = try await ChildProcess.run(["lftp"], input: .text(script + "\n"))
            #expect(child.status == 0, "\(child.errors)")
            let difference = try await ChildProcess.run(["diff", "-r", tree.path, back.path])
            #expect(difference.status == 0, "\(difference.output.prefix(500))")
        }

        // MARK: scp

        @Test("scp copies there and back, by SFTP and by its legacy protocol", .shows(.openSSH, .scp, .legacySCP))
        func scp() async throws {
            let ssh = try sample.ssh()
            let files = try await TransferFiles.make(byteCount: 5_000_000)
            for option in ["-s", "-O"] {
                let name = ssh.remote("a-file\(option)")
                for (from, to) in [(files.original.path, name), (name, files.copy.path)] {
                    let child = try await ssh.transfer("scp", option, "-p", from, to)
                    #expect(child.status == 0, "\(option): \(child.errors)")
                }
                #expect(try files.areEqual())
            }
        }

        @Test("scp of what is not there fails with the lab's own words", arguments: ["-s", "-O"])
        func scpFailure(_ option: String) async throws {
            let ssh = try sample.ssh()
            let child = try await ssh.transfer("scp", option, ssh.remote("not-there"), "/tmp/never")
            #expect(child.status == 1)
            #expect(child.errors.contains("No such file or directory"), "\(child.errors)")
        }

        // MARK: Others

        @Test("rsync copies a tree there and back, and the second time only what changed", .shows(.openSSH, .rsync))
        func rsync() async throws {
            let ssh = try sample.ssh()
            let (tree, back) = (try TemporaryFolder.make(), try TemporaryFolder.make())
            for number in 0..<50 {
                try Data(repeating: UInt8(number), count: 10_000).write(to: tree.appending(path: "file \(number)"))
            }
            let command = ["rsync", "-a", "--stats", "-e", try shell()]
            let first = try await ChildProcess.run(command + ["\(tree.path)/", ssh.remote("tree/")])
            #expect(first.status == 0, "\(first.errors)")
            #expect(first.output.contains("Number of regular files transferred: 50"))
            try Data("changed".utf8).write(to: tree.appending(path: "file 7"))
            let second = try await ChildProcess.run(command + ["\(tree.path)/", ssh.remote("tree/")])
            #expect(second.output.contains("Number of regular files transferred: 1"))
            let third = try await ChildProcess.run(command + [ssh.remote("tree/"), "\(back.path)/"])
            #expect(third.status == 0, "\(third.errors)")
            let difference = try await ChildProcess.run(["diff", "-r", tree.path, back.path])
            #expect(difference.status == 0, "\(difference.output.prefix(500))")
        }

        @Test("git clones from the lab and pushes to it, with protocol version 2", .shows(.openSSH, .git))
        func git() async throws {
            let ssh = try sample.ssh()
            #expect(try await ssh.run("git init -q --bare -b main work.git && echo made").output == "made\n")
            let clone = try TemporaryFolder.make().appending(path: "clone").path
            let environment = try ["GIT_SSH_COMMAND": shell(), "GIT_TRACE_PACKET": "1"]
            func git(_ arguments: String...) async throws -> String {
                let identity = ["-c", "user.name=edu01", "-c", "user.email=edu01@example.edu"]
                let child = try await ChildProcess.run(["git"] + identity + arguments, environment: environment)
                #expect(child.status == 0, "git \(arguments): \(child.errors)")
                return child.errors
            }
            #expect(try await git("clone", "-q", ssh.remote("work.git"), clone).contains("clone< version 2"))
            _ = try await git("-C", clone, "commit", "-q", "--allow-empty", "-m", "First")
            _ = try await git("-C", clone, "push", "-q", "origin", "HEAD:main")
            #expect(try await ssh.run("git -C work.git log --format=%s main").output == "First\n")
        }

        @Test(
            "sshfs mounts the home, and still works after a silence longer than the keepalives'", .shows(.openSSH, .sshfs),
            .enabled(if: FileManager.default.fileExists(atPath: "/dev/fuse")))
        func sshfs() async throws {
            try await sample.stop()
            try sample.writeConfiguration(extra: "ssh: {keepaliveInterval: 1s, keepaliveCountMaximum: 2}")
            try await sample.start()
            let ssh = try sample.ssh()
            let mount = try TemporaryFolder.make()
            let options = ssh.argv().dropFirst().dropLast()
            let command = "ssh " + options.joined(separator: " ")
            let child = try await ChildProcess.run(
                ["sshfs", ssh.remote(""), mount.path, "-o", "ssh_command=\(command)", "-o", "reconnect"])
            try #require(child.status == 0, "\(child.errors)")
            let file = mount.appending(path: "by sshfs")
            try Data("written\n".utf8).write(to: file)
            #expect(try await ssh.run("cat 'by sshfs'").output == "written\n")
            try await Task.sleep(for: .seconds(8))
            #expect(try String(contentsOf: file, encoding: .utf8) == "written\n")
            // Busy for as long as somebody of this machine just looks through what is mounted.
            let isUnmounted = try await eventually(every: .milliseconds(300)) {
                try await ChildProcess.run(["fusermount3", "-u", mount.path]).status == 0
            }
            #expect(isUnmounted)
            try await sample.stop()
            try sample.writeConfiguration()
            try await sample.start()
            // It has to hear of the labs again.
            #expect(try await sample.ssh().run("true").status == 0)
        }

        @Test("WinSCP's way: a shell without a terminal, and commands that each end with a mark")
        func winSCP() async throws {
            let shell = try sample.ssh().start(input: .open)
            for (number, command) in ["pwd", "ls -la --full-time /mybackup", "false", "unset LANG", "echo done"].enumerated() {
                try shell.type("\(command) ; echo \"WinSCP: this is end-of-file:$?:\(number)\"\n")
                try await shell.prints("WinSCP: this is end-of-file:\(number == 2 ? 1 : 0):\(number)")
            }
            try shell.type("exit 3\n")
            let child = try await shell.end()
            #expect(child.status == 3)
            #expect(child.output.hasPrefix("/home/student\nWinSCP: this is end-of-file:0:0\n"))
            #expect(child.errors.isEmpty, "\(child.errors)")
        }
    }
}
