import Kubernetes
import Logging

/// What this target says in the log, one method for each event.
extension Logger {
    /// The documents were read for the first time.
    func classroomLoaded(_ classroom: Classroom, folder: String) {
        log(warnings: classroom.warnings)
        info("Read the classroom", metadata: counts(classroom, folder))
    }

    /// The documents changed and were taken on.
    func classroomReplaced(_ changes: ClassroomChanges, _ classroom: Classroom, folder: String) {
        log(warnings: classroom.warnings)
        var metadata = counts(classroom, folder)
        for (key, names) in [
            ("students.added", changes.studentsAdded), ("students.removed", changes.studentsRemoved),
            ("students.suspended", changes.studentsSuspended), ("students.changed", changes.studentsChanged),
            ("courses.added", changes.coursesAdded), ("courses.removed", changes.coursesRemoved),
            ("courses.changed", changes.coursesChanged),
        ] where !names.isEmpty {
            metadata["classroom.\(key)"] = .string(Self.list(names))
        }
        notice("Took on a changed classroom", metadata: metadata)
    }

    /// The documents changed and are wrong.
    func classroomRefused(_ error: ClassroomError, folder: String) {
        for problem in error.problems where problem.severity == .error {
            self.error("Refused a document", metadata: ["classroom.problem": .stringConvertible(problem)])
        }
        self.error(
            "Kept the old classroom, for the changed one is wrong",
            metadata: ["classroom.folder": .string(folder), "classroom.errors": .string(error.message)])
    }

    /// A custom resource is not in force as it is.
    func resourceRefused(_ verdict: ResourceVerdict) {
        warning(
            "Refused a resource",
            metadata: [
                "classroom.resource": .stringConvertible(verdict.resource),
                "classroom.reason": .string(verdict.reason.rawValue), "classroom.problem": .string(verdict.message),
            ])
    }

    /// A Secret that a student names could not be read; what was known of it stays.
    func secretNotRead(_ name: String, _ error: APIError) {
        warning("Could not read a Secret", metadata: ["secret": .string(name), "error": .stringConvertible(error)])
    }

    private func log(warnings: [Problem]) {
        for warning in warnings {
            self.warning("Odd document", metadata: ["classroom.problem": .stringConvertible(warning)])
        }
    }

    private func counts(_ classroom: Classroom, _ folder: String) -> Logger.Metadata {
        [
            "classroom.folder": .string(folder),
            "classroom.courses": .stringConvertible(classroom.courses.count),
            "classroom.students": .stringConvertible(classroom.students.count),
        ]
    }

    /// Most names in one log line: a roster may change by hundreds at the start of a term.
    private static let maximumNameCount = 50

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(maximumNameCount).joined(separator: ", ")
        return names.count > maximumNameCount ? "\(shown) and \(names.count - maximumNameCount) more" : shown
    }
}
