/// Gathers the problems of one reading, so that all of them are reported at once.
///
/// Belongs to the one thread that reads; shared by reference between the readers of nested values.
final class ProblemCollector {
    /// Everything reported so far, in the order of reporting.
    private(set) var problems: [Problem] = []

    /// Whether anything reported so far forbids the use of what was read.
    var hasErrors: Bool { problems.contains { $0.severity == .error } }

    /// How many errors were reported so far; a rise tells that a nested value is unusable.
    var errorCount: Int { problems.count { $0.severity == .error } }

    /// Adds one problem.
    func report(_ problem: Problem) {
        problems.append(problem)
    }

    /// The warnings of a reading without errors, in reading order.
    ///
    /// - Throws: ``ClassroomError`` with every problem in reading order if one of them is an error.
    func warningsOrThrow() throws(ClassroomError) -> [Problem] {
        let sorted = problems.sorted()
        if hasErrors { throw ClassroomError(invalidDocuments: sorted) }
        return sorted
    }
}
