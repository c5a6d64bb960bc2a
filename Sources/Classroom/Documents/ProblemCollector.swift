/// Gathers the problems of one reading, so that all of them are reported at once.
///
/// Belongs to the one thread that reads; shared by reference between the readers of nested values.
final class ProblemCollector {
    /// Everything reported so far, in the order of reporting.
    private(set) var problems: [Problem] = []

    /// The keys that schemas asked for, by the path of their mapping with `[]` for any index, if they are to be kept:
    /// so the schemas, which are code, can be compared with their other descriptions.
    private(set) var schemaKeys: [String: Set<String>] = [:]
    private let keepsSchemaKeys: Bool

    init(keepsSchemaKeys: Bool = false) {
        self.keepsSchemaKeys = keepsSchemaKeys
    }

    /// Whether anything reported so far forbids the use of what was read.
    var hasErrors: Bool { problems.contains { $0.severity == .error } }

    /// How many errors were reported so far; a rise tells that a nested value is unusable.
    var errorCount: Int { problems.count { $0.severity == .error } }

    /// Adds one problem.
    func report(_ problem: Problem) {
        problems.append(problem)
    }

    /// Notes which keys a schema asked for in the mapping at `path`.
    func noteSchema(keys: [String], at path: String) {
        guard keepsSchemaKeys else { return }
        schemaKeys[path.replacing(/\[[0-9]+\]/, with: "[]"), default: []].formUnion(keys)
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
