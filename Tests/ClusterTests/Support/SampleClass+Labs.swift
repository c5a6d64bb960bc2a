import Foundation

@testable import TestSupport

extension SampleClass {
    /// Writes students, and their course if it is not the sample's own.
    func enroll(_ names: String..., in course: CourseDocument? = nil) async throws {
        try await change {
            if let course { try write(course) }
            for name in names { try await write(student: name, courses: [course?.name ?? "c"]) }
        }
    }

    /// The UID of a student's lab; nil if there is none.
    func uid(_ student: String, _ course: String = "c") async throws -> String? {
        try await namespace.pod(of: student, course: course)?["metadata"]["uid"].string
    }

    /// What was stopped and why, as events tell.
    func stops() async throws -> [String] {
        try await JSON(parsing: namespace.kubectl("get", "events", "--output=json"))["items"].array
            .filter { $0["reason"].string == "LabStopped" }
            .map { "\($0["lastTimestamp"].string ?? "") \($0["message"].string ?? "")" }
    }
}
