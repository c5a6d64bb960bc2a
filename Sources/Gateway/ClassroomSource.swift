public import Classroom
public import Kubernetes

/// Where the classroom comes from: a folder of documents, a cluster's custom resources, or both.
public enum ClassroomSource: Sendable {
    case folder(ClassroomFolder)
    /// The resources, with those of a folder if it has one.
    case resources(ClassroomResources)

    /// The classroom as it is now.
    public var current: Classroom {
        switch self {
        case .folder(let folder): folder.current
        case .resources(let resources): resources.current
        }
    }

    /// Whether everything has been read: who is not in the classroom then, is nowhere.
    var isComplete: Bool { resources?.isComplete ?? true }

    /// The custom resources, if they are a source.
    var resources: ClassroomResources? {
        if case .resources(let resources) = self { resources } else { nil }
    }

    /// The custom resource that describes a student; nil if none does.
    public func reference(ofStudent name: String) -> ObjectReference? {
        resources?.resource(ofStudent: name)?.reference
    }
}
