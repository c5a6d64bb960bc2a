import ArgumentParser
import Classroom
import Kubernetes
import Logging
import SSHServer

/// `labgate check`: everything that can be known to be wrong before a student finds out.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the configuration, the classroom, the host keys, and what the cluster permits.",
        discussion: """
            Changes nothing in the cluster; host keys are made if there are none. Prints every problem with its file, \
            line and key, and every missing permission. Exits 0 only if labgate can serve.
            """
    )

    @OptionGroup var file: ConfigurationFile

    func run() async throws {
        let settings = try file.load()
        var isGood = checkClassroom(settings)
        isGood = checkHostKeys(settings) && isGood
        isGood = await checkCluster(settings) && isGood
        guard isGood else { throw ExitCode.failure }
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

    private func checkCluster(_ settings: Settings) async -> Bool {
        do {
            let logger = Logger(label: "labgate") { _ in SwiftLogNoOpLogHandler() }
            return try await Cluster.with(settings.cluster, logger: logger) { await check($0) }
        } catch {
            printError("kubernetes: \(error)")
            return false
        }
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
