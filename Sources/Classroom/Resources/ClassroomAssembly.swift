/// A classroom put together from a folder and the resources of a cluster, and what became of each resource.
public struct ClassroomAssembly: Sendable {
    /// What is in force.
    public let classroom: Classroom
    /// What became of each resource.
    public let verdicts: [ResourceReference: ResourceVerdict]
    /// For the next assembly.
    let courses: [ResourceReference: ResourceEntry<Course>]
    /// For the next assembly.
    let students: [ResourceReference: ResourceEntry<Student>]

    /// Whether a resource that is there and refused may be about this student or this course: that they are not in the
    /// classroom then says nothing. A gateway that has just started knows no earlier version to keep in force.
    func isInDoubt(student: String, course: String) -> Bool {
        verdicts.values.contains { verdict in
            let isMistaken = verdict.reason == .invalid || verdict.reason == .secretUnusable
            guard verdict.outcome == .refused, isMistaken else { return false }
            let reference = verdict.resource
            return switch reference.kind {
            case .course: reference.name == course
            case .student: (students[reference]?.reading.draft?.name ?? reference.name) == student
            }
        }
    }
}

/// What is known of one resource between two assemblies.
struct ResourceEntry<Entity: Sendable>: Sendable {
    /// What its newest version says.
    let reading: ResourceReading<Entity>
    /// The version that is in force, its newest or an earlier one; nil if none is.
    var inForce: Entity?
}

extension Classroom {
    /// Puts a classroom together from the documents of a folder, which are one whole, and the resources of a cluster,
    /// each of which stands for itself.
    ///
    /// A resource that cannot be used is left out, or stays in force as it was in `previous`, and its verdict says why.
    /// What the folder has is never replaced: a resource of the same name is refused. A student whose courses are all
    /// nowhere is refused until one is there; otherwise the verdict tells those that are nowhere.
    ///
    /// The password hash and the TOTP key of a student may be in Secrets. One that cannot be used refuses the student's
    /// document; an earlier version then stays in force with what its own Secrets have now, so that to delete a Secret
    /// is to take away the password, or, with the TOTP key, every login. Whatever a document is refused for, if it asks
    /// for a code, so does the version that stays in force.
    ///
    /// Only resources that changed since `previous` are read.
    ///
    /// - Parameters:
    ///   - folder: what was read from a folder, if there is one.
    ///   - resources: all resources of the cluster, not only changed ones.
    ///   - previous: the result of the last time.
    ///   - secret: the text of a Secret's key; nil if there is none.
    public static func assemble(
        folder: Classroom?,
        resources: [ResourceDocument],
        previous: ClassroomAssembly? = nil,
        secret: (SecretReference) -> String?
    ) -> ClassroomAssembly {
        var assembler = ClassroomAssembler(folder: folder ?? Classroom())
        assembler.readCourses(resources, previous?.courses ?? [:])
        assembler.readStudents(resources, previous?.students ?? [:], secret)
        return assembler.finish()
    }
}
