import DockerEngine
import Testing

@testable import TestSupport

extension SampleClass {
    /// Runs `body` with a class on this host whose homes outlive their labs; nothing is left of it.
    ///
    /// - Parameters:
    ///   - docker: more keys of the configuration's section, in YAML's flow style.
    ///   - home: that of the course, in YAML's flow style.
    ///   - course: more keys of the course.
    static func onHost(
        docker: String = "", home: String = "persistentVolumeClaim: {size: 1Gi}", course: [String: String] = [:],
        _ body: (SampleClass) async throws -> Void
    ) async throws {
        let sample = try await make()
        let result: Result<Void, any Error>
        do {
            try sample.writeConfiguration(site: sample.host.settings(docker), extra: briskLifeCycle)
            try sample.write(CourseDocument(cpu: "500m", home: home, more: course))
            try await sample.start()
            result = .success(try await body(sample))
        } catch {
            result = .failure(error)
        }
        try await sample.end()
        try result.get()
    }

    var host: HostSite {
        guard let host = site as? HostSite else { preconditionFailure("this class is not on one host") }
        return host
    }

    /// The container of a student's lab; nil if there is none.
    func container(of student: String = "edu01") async throws -> Container? {
        guard let lab = try await lab(of: student) else { return nil }
        return try await host.container(lab.uid)
    }

    /// The lab of a student, which must be there.
    func presentLab(of student: String = "edu01") async throws -> SiteLab { try await #require(lab(of: student)) }
}
