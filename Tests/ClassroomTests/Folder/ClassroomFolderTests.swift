import Foundation
import InMemoryLogging
import Logging
import Testing

@testable import Classroom

@Suite("Classroom folder")
struct ClassroomFolderTests {
    static let courses = Sample.course("")

    static func write(_ text: String, _ folder: URL, _ name: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: name), options: .atomic)
    }

    static func open(_ folder: URL) throws -> (ClassroomFolder, InMemoryLogHandler) {
        let handler = InMemoryLogHandler()
        return (try ClassroomFolder(path: folder.path, logger: Logger(label: "test") { _ in handler }), handler)
    }

    @Test("A folder with a mistake does not open, and tells every problem of every file")
    func firstErrors() throws {
        try withTemporaryFolder { folder in
            try Self.write(Sample.course("shel: x"), folder, "a.yaml")
            try Self.write(Sample.student("ann", "courses: [x]\npublicKeys: []"), folder, "b.yml")
            let error = #expect(throws: ClassroomError.self) { try Self.open(folder) }
            #expect(
                error?.problems.map { $0.description.replacing(folder.path + "/", with: "") } == [
                    "a.yaml:6: spec.shel: unknown key; did you mean shell?",
                    "b.yml:6: spec.courses[0]: no course is called x; did you mean c?",
                ])
        }
    }

    @Test("A folder that is not there does not open")
    func missing() {
        #expect(throws: ClassroomError.self) { try Self.open(URL(fileURLWithPath: "/nonexistent")) }
    }

    @Test("A change is taken on once it has stood still for one look")
    func takesOnChanges() async throws {
        try await withTemporaryFolder { folder in
            try Self.write(Self.courses, folder, "courses.yaml")
            try Self.write(Sample.student("ann"), folder, "students.yaml")
            let (classroom, _) = try Self.open(folder)
            #expect(await classroom.poll() == .unchanged)
            try Self.write(Sample.student("ann") + "---\n" + Sample.student("bob"), folder, "students.yaml")
            #expect(await classroom.poll() == .settling)
            #expect(classroom.current.students.keys.sorted() == ["ann"])
            try Self.write(Sample.student("bob"), folder, "students.yaml")
            #expect(await classroom.poll() == .settling)
            guard case .replaced(let changes) = await classroom.poll() else {
                Issue.record("the change was not taken on")
                return
            }
            #expect(changes.studentsAdded == ["bob"] && changes.studentsRemoved == ["ann"])
            #expect(classroom.current.students.keys.sorted() == ["bob"])
            #expect(await classroom.poll() == .unchanged)
            #expect(await classroom.changes.first { _ in true }?.students.keys.sorted() == ["bob"])
        }
    }

    @Test("A bad change keeps the old classroom and is logged once, problem by problem")
    func keepsOld() async throws {
        try await withTemporaryFolder { folder in
            try Self.write(Self.courses, folder, "courses.yaml")
            try Self.write(Sample.student("ann"), folder, "students.yaml")
            let (classroom, log) = try Self.open(folder)
            log.clear()
            try Self.write(Sample.student("bob", "cources: [c]\nsuspended: 1"), folder, "students.yaml")
            #expect(await classroom.poll() == .settling)
            guard case .refused(let problems) = await classroom.poll() else {
                Issue.record("the bad change was taken on")
                return
            }
            #expect(problems.filter { $0.severity == .error }.count == 3)
            for _ in 0..<3 { #expect(await classroom.poll() == .unchanged) }
            #expect(classroom.current.students.keys.sorted() == ["ann"])
            let messages = log.entries.filter { $0.level == .error }.map(\.message.description)
            let expected = Array(repeating: "Refused a document", count: 3)
            #expect(messages == expected + ["Kept the old classroom, for the changed one is wrong"])
            #expect(
                log.entries.contains {
                    $0.metadata["classroom.problem"]?.description
                        == "\(folder.path)/students.yaml:7: spec.suspended: must be true or false"
                })
            try Self.write(Sample.student("bob"), folder, "students.yaml")
            #expect(await classroom.poll() == .settling)
            _ = await classroom.poll()
            #expect(classroom.current.students.keys.sorted() == ["bob"])
        }
    }

    @Test("A ConfigMap's swap of one symbolic link is a change of all its files")
    func symlinkSwap() async throws {
        try await withTemporaryFolder { folder in
            let files = FileManager.default
            for (version, student) in [("..v1", "ann"), ("..v2", "bob")] {
                let data = folder.appending(path: version)
                try files.createDirectory(at: data, withIntermediateDirectories: false)
                try Self.write(Self.courses + "---\n" + Sample.student(student), data, "all.yaml")
            }
            func link(_ name: String, to target: String) throws {
                let path = folder.appending(path: name).path
                try files.createSymbolicLink(atPath: path, withDestinationPath: target)
            }
            try link("..data", to: "..v1")
            try link("all.yaml", to: "..data/all.yaml")
            let (classroom, _) = try Self.open(folder)
            #expect(classroom.current.students.keys.sorted() == ["ann"])
            #expect(await classroom.poll() == .unchanged)
            try link("..data_tmp", to: "..v2")
            #expect(rename(folder.appending(path: "..data_tmp").path, folder.appending(path: "..data").path) == 0)
            #expect(await classroom.poll() == .settling)
            _ = await classroom.poll()
            #expect(classroom.current.students.keys.sorted() == ["bob"])
        }
    }

    @Test("A folder whose documents are all gone, as if unmounted, throws nobody out")
    func unmounted() async throws {
        try await withTemporaryFolder { folder in
            try Self.write(Self.courses + "---\n" + Sample.student("ann"), folder, "all.yaml")
            let (classroom, _) = try Self.open(folder)
            try FileManager.default.removeItem(at: folder.appending(path: "all.yaml"))
            guard case .refused(let problems) = await classroom.reload() else {
                Issue.record("an empty folder was taken on")
                return
            }
            #expect(problems.map(\.message) == ["all documents are gone"])
            try FileManager.default.removeItem(at: folder)
            guard case .refused = await classroom.reload() else {
                Issue.record("a missing folder was taken on")
                return
            }
            #expect(classroom.current.students.count == 1)
        }
    }

    @Test("A reload reads at once, and the log tells what changed but not what only moved")
    func reload() async throws {
        try await withTemporaryFolder { folder in
            let ann = Sample.student("ann")
            try Self.write(Self.courses + "---\n" + ann, folder, "all.yaml")
            let (classroom, log) = try Self.open(folder)
            try Self.write("# moved\n" + Self.courses + "---\n" + ann, folder, "all.yaml")
            guard case .replaced(let nothing) = await classroom.reload() else {
                Issue.record("the reload was refused")
                return
            }
            #expect(nothing.isEmpty)
            log.clear()
            let suspended = Sample.student("ann", "courses: [c]\nsuspended: true\npasswordHash: \(Sample.sha512)")
            let changed = Sample.course("shell: /bin/bash")
            try Self.write(changed + "---\n" + suspended, folder, "all.yaml")
            await classroom.reload()
            let entry = try #require(log.entries.first { $0.level == .notice })
            #expect(entry.message == "Took on a changed classroom")
            #expect(entry.metadata["classroom.students.suspended"] == "ann")
            #expect(entry.metadata["classroom.courses.changed"] == "c")
            #expect(entry.metadata["classroom.students.changed"] == nil)
        }
    }

    @Test("While the service runs, a change arrives by itself")
    func runs() async throws {
        try await withTemporaryFolder { folder in
            try Self.write(Self.courses + "---\n" + Sample.student("ann"), folder, "all.yaml")
            let logger = Logger(label: "test") { _ in InMemoryLogHandler() }
            let classroom = try ClassroomFolder(path: folder.path, pollInterval: .milliseconds(5), logger: logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await classroom.run() }
                try Self.write(Self.courses + "---\n" + Sample.student("bob"), folder, "all.yaml")
                let changed = await classroom.changes.first { _ in true }
                #expect(changed?.students.keys.sorted() == ["bob"])
                group.cancelAll()
                try await group.waitForAll()
            }
        }
    }

    @Test("The service ends, and the stream of changes with it, when it is cancelled")
    func ends() async throws {
        try await withTemporaryFolder { folder in
            try Self.write(Self.courses, folder, "all.yaml")
            let (classroom, _) = try Self.open(folder)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await classroom.run() }
                group.cancelAll()
                try await group.waitForAll()
            }
            #expect(await classroom.changes.first { _ in true } == nil)
        }
    }
}
