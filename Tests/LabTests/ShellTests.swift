@testable import TestSupport
import Testing

extension LabTests {
    /// Programs in a terminal.
    @Suite(.sampleClass)
    struct ShellTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        @Test("A login shell starts in the home, with the terminal's type and size right at the first prompt")
        func firstPrompt() async throws {
            try await Terminal.with(sample.ssh(), columns: 93, rows: 31) { terminal in
                // Typed ahead, while the lab starts: nothing may depend on how soon the size comes.
                try await terminal.shows("labgate: ")
                try await terminal.enter("stty size; echo at:$PWD term:$TERM; shopt -q login_shell && echo login:$?")
                try await terminal.shows("31 93")
                try await terminal.shows("at:/home/student term:tmux-256color")
                try await terminal.shows("login:0")
                try await terminal.showsPrompt()
            }
        }

        @Test("A resized terminal is the program's at once, and tells it so")
        func resize() async throws {
            try await Terminal.with(sample.ssh(), columns: 80, rows: 24) { terminal in
                try await terminal.showsPrompt()
                try await terminal.enter("stty size")
                try await terminal.shows("24 80")
                try await terminal.resize(columns: 132, rows: 43)
                // Keys and sizes go to some labs on ways of their own.
                try await terminal.enter("until [ \"$(stty size)\" != '24 80' ]; do sleep .1; done; stty size")
                try await terminal.shows("43 132")
                let program = "trap 'echo now:$(stty size)' WINCH; echo trapped:$?; while :; do sleep .1; done"
                try await terminal.enter("bash -c \(Self.quoted(program))")
                try await terminal.shows("trapped:0")
                try await terminal.resize(columns: 101, rows: 37)
                try await terminal.shows("now:37 101")
            }
        }

        private static func quoted(_ text: String) -> String {
            "\"\(text.replacing("$", with: "\\$"))\""
        }

        @Test("Ctrl-C interrupts the program and not the shell, Ctrl-Z stops it, and fg goes on with it")
        func jobControl() async throws {
            try await Terminal.with(sample.ssh()) { terminal in
                try await terminal.showsPrompt()
                try await terminal.enter("echo runs:$(( 1 + 1 )); sleep 1000")
                try await terminal.shows("runs:2")
                try await terminal.press("C-c")
                try await terminal.showsPrompt()
                try await terminal.enter("echo status:$?; echo reads:$(( 1 + 2 )); cat")
                try await terminal.shows("status:130\nreads:3")
                try await terminal.enter("round trip")
                try await terminal.shows("round trip\nround trip")
                try await terminal.press("C-z")
                try await terminal.shows("Stopped")
                try await terminal.enter("fg")
                try await terminal.shows("fg\n")
                try await terminal.shows("cat\n")
                try await terminal.enter("once more")
                try await terminal.shows("once more\nonce more")
                try await terminal.press("C-d")
                try await terminal.enter("echo ended:$?")
                try await terminal.shows("ended:0")
                #expect(try await !terminal.screen().contains("job control"))
            }
        }

        @Test("The shell's exit status is the client's")
        func exitStatus() async throws {
            try await Terminal.with(sample.ssh()) { terminal in
                try await terminal.showsPrompt()
                try await terminal.enter("exit 42")
                let status = try await terminal.exitStatus()
                #expect(status == 42)
            }
            try await Terminal.with(sample.ssh()) { terminal in
                try await terminal.showsPrompt()
                try await terminal.press("C-d")
                let status = try await terminal.exitStatus()
                #expect(status == 0)
            }
        }

        @Test("A command can have a terminal too, and it is the command's controlling one")
        func commandInTerminal() async throws {
            let command = "tty; stty size; echo really > /dev/tty; exit 7"
            // Again and again: the size must not come when the command has asked already.
            for rows in 20..<28 {
                let ssh = try sample.ssh().with("-t")
                try await Terminal.with(ssh, command: command, columns: 70, rows: rows) { terminal in
                    let status = try await terminal.exitStatus()
                    let screen = try await terminal.screen()
                    #expect(status == 7)
                    #expect(screen.contains("/dev/pts/"))
                    #expect(screen.contains("\(rows) 70"), "\(screen)")
                    #expect(screen.contains("really"))
                }
            }
        }

        @Test("A full-screen editor works: what it saves is what was typed")
        func editor() async throws {
            try await Terminal.with(sample.ssh()) { terminal in
                try await terminal.showsPrompt()
                try await terminal.enter("vi letter")
                try await terminal.shows("\"letter\" [New")
                try await terminal.type("ifirst lineäöü")
                try await terminal.press("Escape")
                try await terminal.enter(":wq")
                try await terminal.showsPrompt()
                try await terminal.enter("clear; cat letter; wc -l letter")
                try await terminal.shows("first lineäöü\n1 letter")
            }
        }
    }
}
