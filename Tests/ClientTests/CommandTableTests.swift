import Foundation
@testable import TestSupport
import Testing

extension ClientTests {
    /// Commands give byte for byte and code for code what OpenSSH's sshd gives in the same lab.
    @Suite(.sampleClass(labsOf: "edu01"))
    struct CommandTableTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        /// The commands that are tried one after another; `long` is 100 KB.
        private static let commands: [String] = [
            // Words and blanks.
            "true", "false", "exit 3", "echo", "echo a  b   c", "  echo leading", "echo trailing  ", "\techo tab\t", " ",
            "echo a\\ b", "echo a\\\\b", "echo\u{a0}nbsp",
            // Quotes.
            "echo 'single  quotes'", "echo \"double  quotes\"", "echo 'it'\\''s'", "echo \"a'b\" 'c\"d'", "echo $'tab\\there'",
            "echo 'unfinished", "echo \"unfinished", "echo `echo back`", "echo $(echo dollar)", "echo \"$(echo 'a  b')\"",
            // Lists and pipes.
            "echo a; echo b", "false && echo no; echo after", "true || echo no; false", "false; true", "true; false",
            "echo a | cat | cat", "false | true", "set -o pipefail; false | true", "(echo sub; exit 4)", "{ echo group; }",
            "! true", "echo a &", "sleep 0.1 & wait; echo waited", ";", "echo a;;", "&& echo", "| cat",
            // Globs and expansions.
            "echo /bin/tru*", "echo /nothing/*", "echo {a,b}{1,2}", "echo ~", "echo ~nobody-there", "echo $((6 * 7))", "echo $0 $# $@",
            "echo ${HOME}", "echo \"$IFS\" | od -c", "echo $-", "shopt -q login_shell; echo $?", "pwd", "umask", "ulimit -c",
            // Input and output.
            "cat", "wc -c", "read line; echo \"got $line\"", "echo out; echo err >&2", "echo err >&2; exit 9", "printf 'no newline'",
            "printf '\\0\\1\\377'", "head -c 100000 /dev/zero | od | head -n 3", "yes | head -n 20000 | tail -n 1", "cat /etc/passwd | head -n 1",
            "test -t 0; echo $?; test -t 1; echo $?", "tty", "exec 1>&-; echo closed", "exec 2>&-; echo closed >&2",
            // More than one line.
            "echo one\necho two", "echo one \\\n two", "cat <<EOF\nhere\n  document\nEOF", "cat <<'EOF'\n$HOME\nEOF\n", "if true\nthen echo yes\nfi", "\n\necho after newlines\n\n",
            "# only a comment", "echo a # comment",
            // Characters.
            "echo ünïcödé 漢字 🙂", "echo é", "echo 'e\u{301}'", "echo \u{202e}rtl", "printf '%s' 'a\u{7f}b' | od -c", "echo a\u{1}b | od -c",
            // What looks like an option, and what does not exist.
            "-x", "--help-me", "no-such-command", "/no/such/command", "/etc/passwd", "/tmp", "no-such-command; exit 5", "exit 256", "exit -1", "return 3",
            "exit 255",
            "echo " + String(repeating: "long ", count: 20_000) + "| wc -c",
        ]

        @Test("More than sixty commands: output, errors and exit status are sshd's")
        func table() async throws {
            #expect(Self.commands.count >= 60)
            let reference = try await ReferenceServer.install(in: sample)
            for command in Self.commands {
                let input = ChildProcess.Input.text("first line\nsecond line\n")
                let expected = try await reference.run(command, input: input)
                let child = try await sample.ssh().run(command, input: input)
                let words = command.prefix(60)
                #expect(child.outputBytes == expected.outputBytes, "\(words): \(child.output.prefix(300)) != \(expected.output.prefix(300))")
                #expect(child.errors == expected.errors, "\(words)")
                #expect(child.status == expected.status, "\(words)")
            }
        }

        @Test("A shell without a terminal does with its input what sshd's does")
        func shell() async throws {
            let reference = try await ReferenceServer.install(in: sample)
            let input = ChildProcess.Input.text("echo one\nfalse\necho $?\nshopt -q login_shell; echo $?\nno-such-command\nexit 6\necho never\n")
            let expected = try await reference.ssh.run(input: input)
            let child = try await sample.ssh().run(input: input)
            #expect(expected.output == "one\n1\n0\n")
            #expect((child.output, child.status) == (expected.output, expected.status))
            // sshd alone can name a login shell "-bash".
            #expect(child.errors == expected.errors.replacing("-bash:", with: "bash:"))
        }
    }
}
