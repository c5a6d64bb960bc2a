/// What a document describes.
public enum DocumentKind: String, CaseIterable, Hashable, Sendable {
    case course = "Course"
    case student = "Student"

    /// The name under which the Kubernetes API has resources of the kind.
    public var plural: String {
        switch self {
        case .course: "courses"
        case .student: "students"
        }
    }
}
