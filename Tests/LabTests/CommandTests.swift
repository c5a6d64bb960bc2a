import Foundation
@testable import TestSupport
import Testing

extension LabTests {
    /// Commands without a terminal: what they get, what they say, how they end.
    @Suite(.sampleClass(labsOf: "edu01"))
    struct CommandTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        @Test("Standard output and standard error arrive apart, and nothing else does")
        func outputs() async throws {
            let child = try await sample.ssh().run("echo out; echo err >&2; echo out again")
            #expect(child.output == "out\nout again\n")
            #expect(child.errors == "err\n")
            #expect(child.status == 0)
        }

        @Test("Output arrives while the command runs")
        func promptOutput() async throws {
            let running = try sample.ssh().start("echo first; echo second >&2; sleep 30; echo third")
            try await running.prints("first", within: .seconds(10))
            try await running.prints("second", within: .seconds(10))
            #expect(running.isRunning)
            running.kill()
        }

        @Test("The exit status is the command's own", arguments: [0, 1, 42, 127, 254, 255])
        func exitStatus(_ status: Int32) async throws {
            #expect(try await sample.ssh().run("exit \(status)").status == status)
        }

        @Test(
            "A command that is killed by a signal ends with 128 and the signal's number",
            arguments: [("KILL", 9), ("TERM", 15), ("SEGV", 11)])
        func killed(_ name: String, _ number: Int32) async throws {
            #expect(try await sample.ssh().run("kill -\(name) $$; sleep 10").status == 128 + number)
        }

        @Test("A command that does not exist ends with 127 and the shell's own message")
        func notFound() async throws {
            let child = try await sample.ssh().run("no-such-command --at-all")
            #expect(child.status == 127)
            #expect(child.errors.contains("no-such-command"))
            #expect(child.output.isEmpty)
        }

        /// bash keeps the string behind `-c` in BASH_EXECUTION_STRING.
        private static let echoes = [
            #"printf %s "$BASH_EXECUTION_STRING""#,
            #"printf %s "$BASH_EXECUTION_STRING" # 'single' "double" `backtick` $(dollar) \backslash \\ !"#,
            "printf %s \"$BASH_EXECUTION_STRING\"\n# a second line\n\n# a fourth\n",
            "  \t printf %s \"$BASH_EXECUTION_STRING\" # blanks before and behind   \t  ",
            #"printf %s "$BASH_EXECUTION_STRING" # * ? [a-z] {a,b} ~ ~root % %20 & && | ; < > # = + ^"#,
            #"printf %s "$BASH_EXECUTION_STRING" # äöüß € 漢字 🧪 e\#u{301} \#u{202e}"#,
            #"printf %s "$BASH_EXECUTION_STRING" # -- -c --login"#,
            "printf %s \"$BASH_EXECUTION_STRING\" # \r \u{1} \u{1b}[31m \u{7f}",
        ]

        @Test("The course's shell gets the command untouched behind -c", arguments: Self.echoes)
        func untouched(_ command: String) async throws {
            let child = try await sample.ssh().run(command)
            #expect(child.output == command)
            #expect(child.errors.isEmpty)
            #expect(child.status == 0)
        }

        @Test("A command that begins with - is the shell's to judge, as with every SSH server")
        func leadingHyphen() async throws {
            let here = try await ChildProcess.run(["bash", "-c", "-x"])
            let child = try await sample.ssh().run("-x")
            #expect(child.status == here.status)
            #expect(child.errors == here.errors)
        }

        @Test("A command of 100 KB arrives whole")
        func long() async throws {
            let padding = String(repeating: "äöü ", count: 100_000 / 7)
            let command = "printf %s \"$BASH_EXECUTION_STRING\" | wc -c # \(padding)"
            let child = try await sample.ssh().run(command)
            #expect(child.output.trimmingCharacters(in: .whitespacesAndNewlines) == "\(command.utf8.count)")
            #expect(child.status == 0, "\(child.errors)")
        }

        @Test("A command that is not UTF-8 is refused in words, for the cluster cannot pass it on")
        func notUTF8() async throws {
            let child = try await sample.ssh().run("", inPipeline: #""${@:1:$#-1}" $'echo \xff\xfe'"#)
            #expect(child.status == 254)
            #expect(child.errors.contains("labgate: the command is not valid UTF-8"))
            #expect(child.output.isEmpty)
        }

        @Test("The command runs in the home, as the course's user")
        func place() async throws {
            let child = try await sample.ssh().run("pwd; id -u; id -g; echo $0")
            #expect(child.output == "/home/student\n1000\n1000\nbash\n")
        }
    }
}
