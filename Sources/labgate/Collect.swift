import ArgumentParser
import Classroom
import Foundation
import Gateway
import Kubernetes
import Logging

/// `labgate collect`: the homes of a course's students, as archives.
struct Collect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Collect the homes of a course's students, a tar archive for each.",
        discussion: """
            Reads what students have in their homes, and changes nothing there. Labs that run go on; where none runs, a \
            pod is made for as long as it takes to read the home. An archive is there only if it is whole.

            Prints a line for each student. Exits 0 only if all homes that there are were collected whole.
            """
    )

    @OptionGroup var file: ConfigurationFile

    @Argument(help: "The course.")
    var course: String

    @Option(name: .customLong("into"), help: "The folder for the archives; made if it is not there. [COURSE-DATE-TIME]")
    var folder: String?

    @Option(name: .customLong("student"), help: "Only this student; can be repeated.")
    var students: [String] = []

    /// Homes that are read at the same time.
    private static let concurrency = 4

    func run() async throws {
        let settings = try file.load()
        let logger = Logger(label: "labgate") { _ in SwiftLogNoOpLogHandler() }
        do {
            let isGood = try await Cluster.with(settings.cluster, logger: logger) { cluster in
                try await collect(try await ClassroomReading.read(settings, cluster, logger), cluster)
            }
            guard isGood else { throw ExitCode.failure }
        } catch let error as ClassroomError {
            printError(error)
            throw ExitCode.failure
        } catch let error as CredentialsError {
            printError("kubernetes: \(error)")
            throw ExitCode.failure
        } catch let error as APIError {
            printError("kubernetes: \(error)")
            throw ExitCode.failure
        }
    }

    /// - Returns: whether everything that there is was collected.
    private func collect(_ classroom: Classroom, _ cluster: Cluster) async throws -> Bool {
        guard let course = classroom.courses[course] else {
            throw ValidationError("there is no course \(course)")
        }
        let members = try members(of: course, classroom)
        let folder = try makeFolder()
        let collector = HomeCollector(client: cluster.client, namespace: cluster.namespace)
        try await collector.tidyUp()
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            var (isGood, waiting) = (true, members[...])
            for _ in 0..<Self.concurrency {
                if let student = waiting.popFirst() {
                    group.addTask { try await collect(student, course, collector, folder) }
                }
            }
            while let isCollected = try await group.next() {
                isGood = isGood && isCollected
                if let student = waiting.popFirst() {
                    group.addTask { try await collect(student, course, collector, folder) }
                }
            }
            print("the archives are in \(folder)")
            return isGood
        }
    }

    private func members(of course: Course, _ classroom: Classroom) throws -> [Student] {
        let members = classroom.students.values.filter { $0.courses.contains(course.name) }.sorted { $0.name < $1.name }
        if students.isEmpty { return members }
        return try students.map { name in
            guard let student = members.first(where: { $0.name == StudentName.normalized(name) }) else {
                throw ValidationError("\(name) is not in the course \(course.name)")
            }
            return student
        }
    }

    private func makeFolder() throws -> String {
        let time = Date.now.formatted(
            .iso8601.time(includingFractionalSeconds: false).timeSeparator(.omitted).year().month().day())
        let folder = self.folder ?? "\(course)-\(time)"
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw ValidationError("\(folder): \(error.localizedDescription)")
        }
        return folder
    }

    private func collect(
        _ student: Student, _ course: Course, _ collector: HomeCollector, _ folder: String
    ) async throws -> Bool {
        do {
            switch try await collector.collect(student, course, into: "\(folder)/\(student.name).tar") {
            case .collected(let byteCount): print("\(student.name)  \(Self.size(byteCount))")
            case .noHome: print("\(student.name)  has no home yet")
            case .remarked(let byteCount, let remarks):
                print("\(student.name)  \(Self.size(byteCount))  not everything: \(remarks)")
                return false
            }
            return true
        } catch let failure as HomeCollector.Failure {
            printError("\(student.name)  not collected: \(failure)")
            return false
        }
    }

    private static func size(_ byteCount: Int) -> String {
        byteCount.formatted(.byteCount(style: .file))
    }
}
