import Foundation
import Testing

@testable import Gateway

/// The launcher, run by this machine's own /bin/sh.
@Suite("The launcher")
struct RemoteCommandTests {
    struct Run {
        let status: Int32
        let output: String
        /// Without the launcher's notice.
        let errors: String
        /// Whether the launcher has said that the program has ended.
        let isEndNoted: Bool
    }

    /// Runs the launcher as the exec API would, with `input` and then the end of input.
    static func run(
        _ program: [String], environment: [(name: String, value: String)] = [], input: RemoteCommand.Input,
        stdin: String = ""
    ) throws -> Run {
        let command = RemoteCommand(program: program, environment: environment, input: input)
        let process = Process()
        process.executableURL = URL(filePath: command.argv[0])
        process.arguments = Array(command.argv.dropFirst())
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": "/"]
        let (stdinPipe, stdoutPipe, stderrPipe) = (Pipe(), Pipe(), Pipe())
        process.standardInput = stdinPipe
        process.standardOutput = stdoutPipe
        process.standardError = stderrPipe
        try process.run()
        try stdinPipe.fileHandleForWriting.write(contentsOf: Data(stdin.utf8))
        try stdinPipe.fileHandleForWriting.close()
        let output = String(decoding: try stdoutPipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        let errors = Array(try stderrPipe.fileHandleForReading.readToEnd() ?? Data())
        process.waitUntilExit()
        var endNotice = command.endNotice
        let programErrors = String(decoding: endNotice?.take(errors) ?? errors, as: UTF8.self)
        return Run(
            status: process.terminationStatus, output: output, errors: programErrors,
            isEndNoted: endNotice?.hasCome ?? false)
    }

    /// The program's own output, behind a line that is the launcher's.
    static func programOutput(_ run: Run) throws -> String {
        guard case .complete(_, let rest) = Launch.parse(Array(run.output.utf8)) else {
            throw CocoaError(.fileReadCorruptFile)
        }
        return String(decoding: rest, as: UTF8.self)
    }

    @Test(
        "prints its line first, then becomes the program and keeps its exit status",
        arguments: [
            RemoteCommand.Input.direct, .fed,
        ])
    func status(input: RemoteCommand.Input) throws {
        let run = try Self.run(["/bin/sh", "-c", "echo out; echo error >&2; exit 42"], input: input)
        #expect(run.status == 42)
        #expect(try Self.programOutput(run) == "out\n")
        #expect(run.errors == "error\n")
        #expect(run.isEndNoted)
    }

    @Test("says nothing of its own about a program that a signal has ended", arguments: [RemoteCommand.Input.direct, .fed])
    func killed(input: RemoteCommand.Input) throws {
        let run = try Self.run(["/bin/sh", "-c", "kill -SEGV $$"], input: input)
        #expect(run.status == 128 + SIGSEGV)
        #expect(run.errors.isEmpty)
    }

    @Test("becomes the program in a terminal")
    func terminal() throws {
        let run = try Self.run(["/bin/sh", "-c", "echo $$; exit 3"], input: .terminal(size: nil))
        let (line, output) = (run.output.prefix { $0 != "\n" }, try Self.programOutput(run))
        #expect(output == line + "\n")
        #expect(run.status == 3)
        #expect(run.errors.isEmpty)
    }

    @Test(
        "calls a terminal that the image does not know by the name of one that it is like",
        arguments: [
            ("xterm-256color", "xterm-256color"), ("vt100", "vt100"), ("xterm-kitty", "xterm-256color"),
            ("tmux-of-tomorrow", "screen-256color"), ("a/b", "xterm-256color"), ("*", "xterm-256color"), ("", ""),
        ])
    func terminalType(asked: String, given: String) throws {
        let run = try Self.run(
            ["/bin/sh", "-c", "echo $TERM"], environment: [(name: "TERM", value: asked)], input: .terminal(size: nil))
        #expect(try Self.programOutput(run) == given + "\n")
        #expect(run.errors.isEmpty)
    }

    @Test("passes input and its end on", arguments: [RemoteCommand.Input.direct, .fed])
    func input(input: RemoteCommand.Input) throws {
        let run = try Self.run(["/usr/bin/sort"], input: input, stdin: "b\na\n")
        #expect(try Self.programOutput(run) == "a\nb\n")
        #expect(run.status == 0)
    }

    @Test("reads what the program does not want, to the end", arguments: [RemoteCommand.Input.direct, .fed])
    func unwantedInput(input: RemoteCommand.Input) throws {
        // More than pipes hold: writing it all succeeds only if it is read.
        let run = try Self.run(
            ["/bin/sh", "-c", "head -n 1"], input: input, stdin: String(repeating: "x\n", count: 500_000))
        #expect(try Self.programOutput(run) == "x\n")
        #expect(run.status == 0)
    }

    @Test("sets variables whatever their values hold, and goes home")
    func environment() throws {
        let ugly = "a b\nc'd\"e$HOME`id`\\ü=--"
        let run = try Self.run(
            ["/bin/sh", "-c", "pwd; printf %s \"$UGLY\""],
            environment: [(name: "HOME", value: "/tmp"), (name: "UGLY", value: ugly)], input: .direct)
        #expect(try Self.programOutput(run) == "/tmp\n" + ugly)
    }

    @Test(
        "hands the command string over untouched",
        arguments: [
            "echo 'a  b'", "printf '%s' \"$#\"", "echo a; echo b && echo c", "echo *", "  echo blanks  ",
            "echo ü\necho two", "",
            "-c", "exit 3", "echo \"$0\"",
        ])
    func command(text: String) throws {
        let direct = try Self.run(["/bin/sh", "-c", text], input: .direct)
        let fed = try Self.run(["/bin/sh", "-c", text], input: .fed)
        let plain = Process()
        // By its name, as sshd calls it.
        plain.executableURL = URL(filePath: "/usr/bin/env")
        plain.arguments = ["sh", "-c", text]
        plain.environment = ["PATH": "/usr/bin:/bin", "HOME": "/"]
        plain.currentDirectoryURL = URL(filePath: "/")
        plain.standardInput = FileHandle.nullDevice
        let pipe = Pipe()
        plain.standardOutput = pipe
        try plain.run()
        let expected = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        plain.waitUntilExit()
        for run in [direct, fed] {
            #expect(try Self.programOutput(run) == expected)
            #expect(run.status == plain.terminationStatus)
        }
    }

    @Test("leaves variables alone that an image may have", arguments: [RemoteCommand.Input.direct, .fed])
    func foreignVariables(input: RemoteCommand.Input) throws {
        let names = ["end", "status", "feeder", "name", "folder", "i"]
        let run = try Self.run(
            ["/bin/sh", "-c", "env | grep =kept | sort | tr '\\n' ' '"],
            environment: names.map { (name: $0, value: "kept") }, input: input)
        #expect(try Self.programOutput(run).split(separator: " ").count == names.count)
    }

    @Test("calls a program by its name if that is what PATH leads to, otherwise by its path")
    func name() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "labgate-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let other = folder.appending(path: "sh").path
        try FileManager.default.copyItem(
            at: URL(filePath: "/bin/sh").resolvingSymlinksInPath(), to: URL(filePath: other))
        #expect(try Self.programOutput(Self.run(["/bin/sh", "-c", "echo $0"], input: .direct)) == "sh\n")
        #expect(try Self.programOutput(Self.run([other, "-c", "echo $0"], input: .direct)) == other + "\n")
        let path = [(name: "PATH", value: "/nowhere::/*")]
        let run = try Self.run(["/bin/sh", "-c", "echo $0"], environment: path, input: .direct)
        #expect(try Self.programOutput(run) == "/bin/sh\n")
    }

    @Test("says in the shell's words when the program is not there")
    func missingProgram() throws {
        #expect(try Self.run(["/no/such/shell"], input: .direct).status == 127)
    }
}

extension RemoteCommandTests {
    @Test(
        "lets the program alone catch a signal to its process group, and keeps its exit status",
        arguments: [
            RemoteCommand.Input.direct, .fed,
        ])
    func signals(input: RemoteCommand.Input) throws {
        // setsid makes the launcher the leader of a process group, as a container's runtime does.
        let program = "trap 'echo caught' USR1; trap 'exit 5' TERM; kill -USR1 -$PPID_GROUP; kill -TERM -$PPID_GROUP; while :; do sleep .1; done"
        let group = "PPID_GROUP=$(ps -o pgid= -p $$ | tr -d ' '); "
        let command = RemoteCommand(program: ["/bin/sh", "-c", group + program], environment: [], input: input)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/setsid")
        process.arguments = ["--wait"] + command.argv
        process.standardInput = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(try Self.programOutput(Run(status: 0, output: output, errors: "", isEndNoted: false)) == "caught\n")
        #expect(process.terminationStatus == 5)
    }
}
