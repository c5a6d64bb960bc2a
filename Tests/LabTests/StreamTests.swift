import Foundation
@testable import TestSupport
import Testing

extension LabTests {
    /// Bytes in, bytes out, and their ends.
    @Suite(.sampleClass(labsOf: "edu01"))
    struct StreamTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        /// A file of random bytes, every value among them.
        private static func randomFile(byteCount: Int) async throws -> URL {
            let url = try TemporaryFolder.make().appending(path: "random")
            let child = try await ChildProcess.run(["head", "-c", "\(byteCount)", "/dev/urandom"], output: url)
            try #require(child.status == 0)
            return url
        }

        private static func digest(_ url: URL) async throws -> String {
            String(try await ChildProcess.run(["sha256sum"], input: .file(url)).output.prefix(64))
        }

        // MARK: Ends

        @Test("A command sees the end of its input behind the last byte", arguments: [0, 1, 32_768, 50_000_000])
        func endOfInput(_ byteCount: Int) async throws {
            let file = try await Self.randomFile(byteCount: byteCount)
            let child = try await sample.ssh().run("sha256sum; exit 3", input: .file(file))
            #expect(child.status == 3, "\(child.errors)")
            #expect(try await child.output.prefix(64) == Self.digest(file))
        }

        @Test("sort writes after the end of its input")
        func sort() async throws {
            let child = try await sample.ssh().run("sort", input: .text("pear\napple\nfig\n"))
            #expect(child.output == "apple\nfig\npear\n")
            #expect(child.status == 0)
            #expect(child.errors.isEmpty)
        }

        @Test("A command that stops reading ends, although its input goes on")
        func head() async throws {
            let file = try TemporaryFolder.make().appending(path: "lines")
            try await #require(ChildProcess.run(["seq", "10000000"], output: file).status == 0)
            // Again and again: how much is on its way when the command ends is never the same.
            for _ in 0..<10 {
                for (command, output) in [("head -n 1", "1\n"), ("exit 4", ""), ("head -n 1000000 | tail -n 1", "1000000\n")] {
                    let child = try await sample.ssh().run(command, input: .file(file))
                    #expect(child.output == output)
                    #expect(child.status == (command == "exit 4" ? 4 : 0), "\(child.errors)")
                    #expect(child.errors.isEmpty)
                }
            }
        }

        @Test("A command that closes its output early gets all of its input nevertheless")
        func closedOutput() async throws {
            let file = try await Self.randomFile(byteCount: 20_000_000)
            let command = "exec >/dev/null 2>&1; cat > whole; exit 6"
            let child = try await sample.ssh().run(command, input: .file(file))
            #expect(child.status == 6, "\(child.errors)")
            let digest = try await sample.ssh().run("sha256sum < whole; rm whole").output.prefix(64)
            #expect(try await digest == Self.digest(file))
        }

        @Test("An input that stays open does not hold up a command that has ended")
        func openInput() async throws {
            let child = try await sample.ssh().run("echo done; exit 5", input: .open, within: .seconds(15))
            #expect(child.output == "done\n")
            #expect(child.status == 5)
        }

        @Test("A dialogue without a terminal: each line is answered before the next is sent")
        func dialogue() async throws {
            let running = try sample.ssh().start("while read -r line; do echo \"got $line\"; done; exit 9", input: .open)
            for line in ["one", "two", "three"] {
                try running.type("\(line)\n")
                try await running.prints("got \(line)", within: .seconds(10))
            }
            try running.endInput()
            #expect(try await running.end(within: .seconds(15)).status == 9)
        }

        @Test("A shell without a terminal runs the script on its input, as a login shell, and says nothing of its own")
        func script() async throws {
            let script = "echo out\nshopt -q login_shell && echo login\necho err >&2\ncat <<END\nhere\nEND\nexit 6\n"
            let child = try await sample.ssh().run(input: .text(script))
            #expect(child.output == "out\nlogin\nhere\n")
            #expect(child.errors == "err\n")
            #expect(child.status == 6)
        }

        @Test("A background process that has let go of the streams does not hold up the end")
        func background() async throws {
            let child = try await sample.ssh().run("sleep 1000 >/dev/null 2>&1 </dev/null & echo $!", within: .seconds(15))
            #expect(child.status == 0)
            let script = "kill \(child.output.trimmingCharacters(in: .whitespacesAndNewlines))"
            #expect(try await sample.ssh().run(script).status == 0)
        }

        // MARK: Bulk

        @Test("20 MB through cat come back as they were")
        func echo() async throws {
            let file = try await Self.randomFile(byteCount: 20_000_000)
            let copy = try TemporaryFolder.make().appending(path: "copy")
            let child = try await sample.ssh().run("cat", input: .file(file), output: copy)
            #expect(child.status == 0, "\(child.errors)")
            #expect(try await Self.digest(copy) == Self.digest(file))
        }

        @Test("200 MB into a lab and out of it are the same bytes, also for a reader that stalls and is slow")
        func bulk() async throws {
            let file = try await Self.randomFile(byteCount: 200_000_000)
            let digest = try await Self.digest(file)
            let upload = try await sample.ssh().run(
                "cat > /tmp/bulk && sha256sum /tmp/bulk", input: .file(file), within: .seconds(120))
            #expect(upload.output.prefix(64) == digest)
            #expect(upload.status == 0, "\(upload.errors)")

            let copy = try TemporaryFolder.make().appending(path: "copy")
            let download = try await sample.ssh().run("cat /tmp/bulk", output: copy, within: .seconds(120))
            #expect(download.status == 0, "\(download.errors)")
            #expect(try await Self.digest(copy) == digest)

            // Nothing for 4 s, then at most 64 KiB each 3 ms: everything in between fills up.
            let slow = #""$@" | perl -e 'sleep 4; while (sysread STDIN, $b, 65536) { print $b; select undef, undef, undef, .003 }' | sha256sum"#
            let throttled = try await sample.ssh().run("cat /tmp/bulk", inPipeline: slow, within: .seconds(180))
            #expect(throttled.status == 0, "\(throttled.errors)")
            #expect(throttled.output.prefix(64) == digest)
            _ = try await sample.ssh().run("rm /tmp/bulk")
        }

        @Test("Output waits for a reader that stalls for longer than keepalives are apart, also when its command has ended")
        func stalledReader() async throws {
            // Of one of these the end is on its way, and the lab's end of the connection closed, before anyone reads.
            try await withThrowingDiscardingTaskGroup { group in
                for count in [750_000, 900_000, 1_050_000] {
                    group.addTask {
                        let numbers = "seq \(count)"
                        let digest = try await ChildProcess.run(["sh", "-c", "\(numbers) | sha256sum"]).output
                        let child = try await sample.ssh().run(
                            "\(numbers); exit 6", inPipeline: #""$@" | (sleep 20; sha256sum)"#, within: .seconds(60))
                        #expect(child.output == digest, "\(count): \(child.errors)")
                        #expect(child.status == 6)
                        #expect(child.errors.isEmpty)
                    }
                }
            }
        }

        @Test("Input waits for a command that is slow to read it, and none of it is lost")
        func slowCommand() async throws {
            let file = try await Self.randomFile(byteCount: 40_000_000)
            let child = try await sample.ssh().run("sleep 4; sha256sum", input: .file(file))
            #expect(try await child.output.prefix(64) == Self.digest(file))
            #expect(child.status == 0, "\(child.errors)")
        }

        @Test("The end of much output is not cut off by the exit of the command")
        func tail() async throws {
            let child = try await sample.ssh().run("seq 2000000; echo the end; exit 4", inPipeline: #""$@" | tail -n 1"#)
            #expect(child.output == "the end\n")
            #expect(child.status == 4)
        }
    }
}
