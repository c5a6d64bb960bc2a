import Foundation

extension SampleClass {
    /// The namespace of its labs, on a cluster.
    var namespace: Namespace {
        guard let site = site as? ClusterSite else { preconditionFailure("this class is on no cluster") }
        return site.namespace
    }

    /// Writes students, and their course if it is not the sample's own.
    func enroll(_ names: String..., in course: CourseDocument? = nil) async throws {
        try await change {
            if let course { try write(course) }
            for name in names { try await write(student: name, courses: [course?.name ?? "c"]) }
        }
    }

    /// A student without a lab, alone in a course of their own.
    func newcomer(_ name: String, edit: (inout CourseDocument) -> Void = { _ in }) async throws -> SSH {
        try await change {
            try writeCourse(of: name, edit: edit)
            try await write(student: name, courses: [name])
        }
        return try ssh(name)
    }

    func writeCourse(of name: String, edit: (inout CourseDocument) -> Void = { _ in }) throws {
        var course = CourseDocument(name: name)
        edit(&course)
        try write(course)
    }

    /// The lab of one student; nil if there is none.
    func lab(of student: String, course: String = "c") async throws -> SiteLab? {
        try await site.lab(of: student, course: course)
    }

    /// The UID of a student's lab; nil if there is none.
    func uid(_ student: String, _ course: String = "c") async throws -> String? {
        try await lab(of: student, course: course)?.uid
    }

    /// Whether a student's lab is gone, or goes within that time.
    func isGone(_ student: String, course: String = "c", within limit: Duration = .seconds(30)) async throws -> Bool {
        try await eventually(within: limit, every: .milliseconds(200)) {
            try await lab(of: student, course: course) == nil
        }
    }

    /// Removes a student's lab behind labgate's back.
    ///
    /// - Parameter waits: until it is gone.
    func removeLab(of student: String, course: String = "c", waits: Bool = true) async throws {
        guard let lab = try await lab(of: student, course: course) else { return }
        try await site.remove(lab, waits: waits)
    }

    /// Runs a command in a student's lab without labgate; its standard output.
    func exec(in student: String, course: String = "c", _ script: String) async throws -> String {
        guard let lab = try await lab(of: student, course: course) else {
            throw ChildProcess.Failure(description: "\(student) has no lab in \(course)")
        }
        let child = try await ChildProcess.run(site.execCommand(in: lab) + ["/bin/sh", "-c", script])
        guard child.status == 0 else { throw ChildProcess.Failure(description: "\(script): \(child.errors)") }
        return child.output
    }

    /// The arguments of all processes in a student's lab, without labgate.
    func commands(in student: String) async throws -> String {
        try await exec(in: student, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
    }

    /// Runs `body` with a second gateway of the class's, or on one host, which has one, with that.
    func withSecondGateway(_ body: (LabgateProcess) async throws -> Void) async throws {
        guard Site.chosen == .cluster else { return try await body(gateway) }
        let other = try await LabgateProcess.serve(configuration: configuration)
        do {
            try await body(other)
        } catch {
            try? await other.stop()
            throw error
        }
        try await other.stop()
    }

    /// What was stopped and why, oldest first, where an administrator looks for it: in events, or in the gateway's log.
    func stops() async throws -> [String] {
        switch Site.chosen {
        case .cluster: try await namespace.stops()
        case .host: try gateway.logged("lab stopped").map { "\($0["student"]) \($0["reason"])" }
        }
    }
}

extension Namespace {
    fileprivate func stops() async throws -> [String] {
        try await JSON(parsing: kubectl("get", "events", "--output=json"))["items"].array
            .filter { $0["reason"].string == "LabStopped" }
            .map { "\($0["lastTimestamp"].string ?? "") \($0["message"].string ?? "")" }
    }
}
