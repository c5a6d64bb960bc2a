import Classroom
import Foundation

/// Prints a line for people to standard error.
func printError(_ line: String) {
    FileHandle.standardError.write(Data("\(line)\n".utf8))
}

/// Prints every problem of the documents on a line of its own.
func printError(_ error: ClassroomError) {
    guard !error.problems.isEmpty else { return printError(error.description) }
    for problem in error.problems { printError(problem.description) }
}
