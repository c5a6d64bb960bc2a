import Foundation
@testable import TestSupport
import Testing

extension ClientTests {
    /// Full-screen programs, colours and letters, in OpenSSH's terminal.
    @Suite(.sampleClass(labsOf: "edu01"))
    struct TerminalTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        @Test("vi, nano and less draw their screens, take keys, and save what was typed", .shows(.openSSH, .terminal))
        func editors() async throws {
            try await Terminal.with(sample.ssh()) { terminal in
                try await terminal.showsPrompt()
                try await terminal.enter("vi by-vi")
                try await terminal.shows("\"by-vi\" [New")
                try await terminal.type("ihello from vi: äöü 漢字")
                try await terminal.press("Escape")
                try await terminal.enter(":wq")
                try await terminal.showsPrompt()
                try await terminal.enter("nano by-nano")
                try await terminal.shows("GNU nano")
                try await terminal.type("hello from nano")
                try await terminal.press("C-x")
                try await terminal.shows("Save modified buffer")
                try await terminal.type("y")
                try await terminal.press("Enter")
                try await terminal.showsPrompt()
                try await terminal.enter("clear; cat by-vi by-nano")
                try await terminal.shows("hello from vi: äöü 漢字\nhello from nano\n")
                try await terminal.enter("seq 1000 | less")
                try await terminal.press("G")
                try await terminal.shows("1000\n(END)")
                try await terminal.press("q")
                try await terminal.showsPrompt()
            }
        }

        @Test("htop and tmux run in it, and the Python prompt answers")
        func programs() async throws {
            try await Terminal.with(sample.ssh(), columns: 100, rows: 30) { terminal in
                try await terminal.showsPrompt()
                try await terminal.enter("htop")
                try await terminal.shows("Load average")
                try await terminal.press("q")
                try await terminal.showsPrompt()
                try await terminal.enter("tmux -f /dev/null new-session 'stty size; cat'")
                try await terminal.shows("29 100")
                try await terminal.press("C-d")
                try await terminal.shows("[exited]")
                try await terminal.enter("python3 -q")
                try await terminal.shows(">>> ")
                try await terminal.enter("6 * 7, 'ü'")
                try await terminal.shows("(42, 'ü')")
                try await terminal.press("C-d")
                try await terminal.enter("echo left:$?")
                try await terminal.shows("left:0")
            }
        }

        @Test("Every byte of colours and letters passes as it is")
        func bytes() async throws {
            let text = "\u{1b}[38;2;12;34;56mtrue colour\u{1b}[0m äöü 漢字 🧪 e\u{301}\u{7}"
            let octal = text.utf8.map { "\\" + String($0, radix: 8) }.joined()
            let child = try await sample.ssh().with("-tt", environment: ["TERM": "xterm-256color"]).run("printf '\(octal)'")
            #expect(child.output == text)
        }

        @Test("Resizing in the middle of output loses neither")
        func resizeDuringOutput() async throws {
            try await Terminal.with(sample.ssh(), columns: 80, rows: 24) { terminal in
                try await terminal.showsPrompt()
                try await terminal.enter("seq 200000 | tee >(sha256sum > sum); sleep 0.5; stty size; seq 200000 | sha256sum | cmp - sum && echo same:$?")
                for columns in stride(from: 81, to: 121, by: 4) {
                    try await terminal.resize(columns: columns, rows: 25)
                    try await Task.sleep(for: .milliseconds(20))
                }
                try await terminal.shows("200000\n")
                try await terminal.shows("same:0")
                try await terminal.enter("clear; stty size")
                try await terminal.shows("25 117")
            }
        }

        @Test("A terminal that the image does not know still gets its full-screen programs")
        func unknownTerminal() async throws {
            let ssh = try sample.ssh().with("-tt", environment: ["TERM": "xterm-ghostty"])
            let child = try await ssh.run("echo $TERM; tput cols >/dev/null && echo fine; less --version | head -n 1")
            #expect(child.output.hasPrefix("xterm-256color\r\nfine\r\nless "), "\(child.output)")
        }
    }
}
