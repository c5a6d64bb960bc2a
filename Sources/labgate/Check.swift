import ArgumentParser
import Classroom
import DockerEngine
import Foundation
import Gateway
import Kubernetes
import Logging
import RecordDatabase
import SSHServer

/// `labgate check`: everything that can be known to be wrong before a student finds out.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the configuration, the classroom, the host keys, and the cluster or the host's engine.",
        discussion: """
            Changes nothing in the cluster or on the host; host keys are made if there are none. Prints every problem \
            with its file, line and key, and every permission or ability that is missing. Exits 0 only if labgate can \
            serve.
            """
    )

    @OptionGroup var file: ConfigurationFile

    func run() async throws {
        let settings = try file.load()
        let hasClassroom = checkClassroom(settings)
        let hasHostKeys = checkHostKeys(settings)
        let hasBackend =
            if let docker = settings.docker {
                await checkHost(docker, settings)
            } else {
                await checkCluster(settings, triesCourses: hasClassroom)
            }
        guard hasClassroom, hasHostKeys, hasBackend else { throw ExitCode.failure }
        print("everything is in order")
    }

    private func checkClassroom(_ settings: Settings) -> Bool {
        guard let folder = settings.classroom else { return true }
        do throws(ClassroomError) {
            let classroom = try Classroom.load(folder: folder)
            for warning in classroom.warnings { printError("\(warning)") }
            print("classroom: \(classroom.courses.count) courses, \(classroom.students.count) students")
            return true
        } catch {
            printError(error)
            return false
        }
    }

    private func checkHostKeys(_ settings: Settings) -> Bool {
        do throws(SSHServerError) {
            for key in try settings.server().hostKeys.publicKeys { print("host key: \(key)") }
            return true
        } catch {
            printError("\(error)")
            return false
        }
    }

    // MARK: One host

    private func checkHost(_ docker: Settings.Docker, _ settings: Settings) async -> Bool {
        let isDatabaseGood = checkDatabase(docker)
        do {
            return try await Host.with(docker) { try await check($0, docker, settings) } && isDatabaseGood
        } catch {
            printError("docker: \(error)")
            return false
        }
    }

    private func check(_ host: Host, _ docker: Settings.Docker, _ settings: Settings) async throws -> Bool {
        let version = try await host.client.version()
        let name = version.isPodman ? "Podman" : "Docker"
        print("docker: \(name) \(version.version) at \(host.client.socketPath)")
        let courses = settings.classroom.flatMap { try? Classroom.load(folder: $0) }?.courses.values.sorted {
            $0.name < $1.name
        }
        let findings = try await HostSurvey(host.client, docker.configuration).findings(courses ?? [])
        for finding in findings {
            printError("docker: \(finding.isGrave ? "" : "can be done without: ")\(finding.words)")
        }
        return !findings.contains { $0.isGrave }
    }

    private func checkDatabase(_ docker: Settings.Docker) -> Bool {
        // Nothing is made here that serving makes.
        guard FileManager.default.fileExists(atPath: docker.database) else { return true }
        do throws(RecordDatabaseError) {
            _ = try RecordDatabase(path: docker.database)
            return true
        } catch {
            if error.code == .inUse { return true }
            printError("docker: \(error)")
            return false
        }
    }

    // MARK: A cluster

    private func checkCluster(_ settings: Settings, triesCourses: Bool) async -> Bool {
        do {
            let logger = Logger(label: "labgate") { _ in SwiftLogNoOpLogHandler() }
            return try await Cluster.with(settings.cluster, logger: logger) { cluster in
                guard await check(cluster) else { return false }
                guard triesCourses else { return true }
                let reading = try await ClassroomReading.read(settings, cluster, logger)
                let areResourcesGood = !settings.cluster.readsClassroom || checkResources(reading)
                return try await tryCourses(of: reading.classroom, cluster) && areResourcesGood
            }
        } catch {
            printError("kubernetes: \(error)")
            return false
        }
    }

    /// What became of the custom resources, beside the folder if there is one.
    private func checkResources(_ reading: ClassroomReading) -> Bool {
        let classroom = reading.classroom
        let counts = "\(classroom.courses.count) courses, \(classroom.students.count) students"
        print("classroom with the cluster's resources: \(counts)")
        for verdict in reading.refused { printError("\(verdict.resource): \(verdict.message)") }
        return reading.refused.isEmpty
    }

    private func check(_ cluster: Cluster) async -> Bool {
        do throws(APIError) {
            let version = try await cluster.client.version()
            print("kubernetes: \(version.gitVersion), labs in namespace \(cluster.namespace)")
            let missing = try await missing(of: cluster.neededPermissions(), cluster)
            for permission in missing { printError("kubernetes: not permitted: \(permission)") }
            for permission in try await self.missing(of: cluster.usefulPermissions(), cluster) {
                printError("kubernetes: not permitted, can be done without: \(permission)")
            }
            return missing.isEmpty
        } catch {
            printError("kubernetes: \(error)")
            return false
        }
    }

    /// Asks whether the cluster would take a lab of each course.
    private func tryCourses(of classroom: Classroom, _ cluster: Cluster) async throws(APIError) -> Bool {
        var isGood = true
        for course in classroom.courses.values.sorted(by: { $0.name < $1.name }) {
            let trial = CourseTrial(course: course, client: cluster.client, namespace: cluster.namespace)
            guard let problem = try await trial.problem() else { continue }
            printError("kubernetes: no lab of the course \(course.name) can start: \(problem)")
            isGood = false
        }
        return isGood
    }

    private func missing(of permissions: [ResourceAttributes], _ cluster: Cluster) async throws(APIError) -> [String] {
        var missing: [String] = []
        for permission in permissions {
            let review = try await cluster.client.selfSubjectAccessReview(permission)
            if !review.allowed { missing.append(permission.words) }
        }
        return missing
    }
}

extension ResourceAttributes {
    /// As a Role would say it: `create pods/exec in namespace labs`.
    fileprivate var words: String {
        "\(verb) \(resource)\(subresource.isEmpty ? "" : "/\(subresource)") in namespace \(namespace)"
    }
}
