import ArgumentParser
import Classroom
import Foundation
import Gateway
import Glibc
import Kubernetes
import Logging
import UnixSignals

/// `labgate collect`: the homes of a course's students, as archives.
struct Collect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Collect the homes of a course's students, a tar archive for each.",
        discussion: """
            Reads what students have in their homes, and changes nothing there. Labs that run go on; where none runs, a \
            pod is made for as long as it takes to read the home. An archive is there only if it is whole.

            Prints a line for each student. Exits 0 only if all homes that there are were collected whole.

            What is in an archive is the student's word, names, owners and modes included: unpack it as an ordinary user, \
            each archive into a folder of its own, with tar --no-same-owner --no-same-permissions -xf FILE -C FOLDER.
            """
    )

    @OptionGroup var file: ConfigurationFile

    @Argument(help: "The course.")
    var course: String

    @Option(name: .customLong("into"), help: "The folder for the archives; made if it is not there. [COURSE-DATE-TIME]")
    var folder: String?

    @Option(
        name: .customLong("max-size"),
        help: "The largest archive, such as 20Gi. [a quarter more than the home may hold; 10Gi where nothing says that]"
    )
    var maximumSize: String?

    @Option(name: .customLong("student"), help: "Only this student; can be repeated.")
    var students: [String] = []

    /// Homes that are read at the same time.
    private static let concurrency = 4

    func validate() throws {
        guard let maximumSize else { return }
        guard let size = try? Quantity(maximumSize), (1...Self.maximumSizeLimit).contains(size.value) else {
            throw ValidationError("--max-size: \(maximumSize) is not a size such as 20Gi")
        }
    }

    /// More than any disk holds, in bytes: 1 EiB.
    private static let maximumSizeLimit = Double(1 << 60)

    func run() async throws {
        let settings = try file.load()
        let logger = Logger(label: "labgate") { _ in SwiftLogNoOpLogHandler() }
        do {
            guard try await collect(settings, logger) else { throw ExitCode.failure }
        } catch let error as ClassroomError {
            printError(error)
            throw ExitCode.failure
        } catch let error as CredentialsError {
            printError("kubernetes: \(error)")
            throw ExitCode.failure
        } catch let error as APIError {
            printError("kubernetes: \(error)")
            throw ExitCode.failure
        } catch let error as HostError {
            printError("docker: \(error)")
            throw ExitCode.failure
        }
    }

    private func collect(_ settings: Settings, _ logger: Logger) async throws -> Bool {
        if let docker = settings.docker {
            let classroom = try settings.classroom.map { try Classroom.load(folder: $0) } ?? Classroom()
            return try await Host.with(docker) { try await collect(classroom, try await $0.readingBackend()) }
        }
        return try await Cluster.with(settings.cluster, logger: logger) { cluster in
            let reading = try await ClassroomReading.read(settings, cluster, logger)
            // Whose document is not in force may be in the course all the same.
            let refused = students.isEmpty ? reading.refused.filter { $0.resource.kind == .student } : []
            for verdict in refused {
                printError("\(verdict.resource.name)  not collected: this Student is not in force (\(verdict.message))")
            }
            return try await collect(
                reading.classroom, .kubernetes(cluster.client, namespace: cluster.namespace, logger: logger))
                && refused.isEmpty
        }
    }

    /// - Returns: whether everything that there is was collected.
    private func collect(_ classroom: Classroom, _ backend: Backend) async throws -> Bool {
        guard let course = classroom.courses[course] else {
            throw ValidationError("there is no course \(course)")
        }
        let members = try members(of: course, classroom)
        let folder = try makeFolder()
        let collector = HomeCollector(
            backend,
            maximumByteCount: maximumSize.flatMap { try? Quantity($0) }.map { Int($0.value) })
        try await collector.tidyUp()
        do {
            return try await Self.untilSignal { try await collect(members, course, collector, folder) }
        } catch {
            // What was going on when it was broken off; the requests of those tasks were broken off, too.
            try? await collector.tidyUp()
            throw error
        }
    }

    /// Runs `work`, and breaks it off at SIGINT and SIGTERM.
    ///
    /// - Throws: what `work` throws; `ExitCode` after a signal, as a shell would tell it.
    private static func untilSignal(_ work: @escaping @Sendable () async throws -> Bool) async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { try await work() }
            group.addTask {
                for await signal in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
                    printError("labgate: broken off; what was collected is whole")
                    throw ExitCode(128 + signal.rawValue)
                }
                throw CancellationError()
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
    }

    /// - Returns: whether everything that there is was collected.
    private func collect(
        _ members: [Student], _ course: Course, _ collector: HomeCollector, _ folder: String
    ) async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool.self) { group in
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
        let wanted = Set(students.map { StudentName.normalized($0) ?? $0 })
        let names = Set(members.map(\.name))
        if let stranger = wanted.subtracting(names).min() {
            throw ValidationError("\(stranger) is not in the course \(course.name)")
        }
        return members.filter { wanted.contains($0.name) }
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
        try checkPrivacy(of: folder)
        return folder
    }

    /// Whoever can write to the folder could put files and links in the archives' way.
    private func checkPrivacy(of folder: String) throws {
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/.")
        let mode = (attributes[.posixPermissions] as? NSNumber)?.uint32Value ?? 0o777
        let owner = (attributes[.ownerAccountID] as? NSNumber)?.uint32Value
        guard mode & 0o022 == 0, owner == geteuid() || owner == 0 else {
            throw ValidationError(
                "\(folder): others can write to this folder; name one that is not there, or chmod go-w your own")
        }
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
            try Task.checkCancellation()
            printError("\(student.name)  not collected: \(failure)")
            return false
        }
    }

    private static func size(_ byteCount: Int) -> String {
        byteCount.formatted(.byteCount(style: .file))
    }
}
