import ArgumentParser
import Classroom
import Foundation
import Glibc

/// `labgate password`: a hash for a Student document.
struct Password: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a password hash for a Student document.",
        discussion: """
            Reads the password from standard input (asking twice, unseen, on a terminal), so that it is in no argument \
            list and no history. Prints the scrypt hash to put behind `passwordHash:`.
            """
    )

    func run() throws {
        guard let password = isatty(STDIN_FILENO) != 0 ? ask() : readLine(strippingNewline: true) else {
            printError("labgate: no password was given")
            throw ExitCode.failure
        }
        do throws(ClassroomError) {
            print(try PasswordHash.make(password: password).text)
        } catch {
            printError("labgate: \(error)")
            throw ExitCode.failure
        }
    }

    /// The password, typed twice the same without an echo; nil if it was not.
    private func ask() -> String? {
        guard let first = readUnseen("Password: "), let second = readUnseen("Again: ") else { return nil }
        guard first == second else {
            printError("labgate: the two are not the same")
            return nil
        }
        return first
    }

    private func readUnseen(_ prompt: String) -> String? {
        FileHandle.standardError.write(Data(prompt.utf8))
        var usual = termios()
        tcgetattr(STDIN_FILENO, &usual)
        var unseen = usual
        unseen.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &usual)
            printError("")
        }
        return readLine(strippingNewline: true)
    }
}
