import Foundation
@testable import TestSupport
import Testing

extension ClusterTests {
    /// What staff do for a whole class: taking it on, and collecting what it has made.
    @Suite(.sampleClass, .enabled("the cluster has no default StorageClass") { try await Cluster.hasDefaultStorageClass() })
    struct CourseWorkTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        // MARK: Import

        private func importRoster(_ table: String, sheet: URL, _ options: String...) async throws -> ChildProcess {
            let roster = sample.folder.appending(path: "roster.csv")
            try Data(table.utf8).write(to: roster)
            return try await LabgateProcess.run(
                ["students", "import", roster.path, "--into", sample.classroom.appending(path: "2026.yaml").path] + [
                    "--sheet", sheet.path,
                ] + options)
        }

        @Test("A table of students becomes their documents, and who is on the password sheet gets in with it")
        func importing() async throws {
            let sheet = sample.folder.appending(path: "sheet.txt")
            let table = "login;Full name\nedu01;Ada\nkim.lee;\"Lee, Kim\"\nÉmilie;Émilie du Châtelet\n"
            let first = try await importRoster(table, sheet: sheet, "--course", "c", "--server", "lab.example.edu")
            #expect(first.status == 0, "\(first.errors)")
            #expect(first.errors.contains("2 new students; 1 were there and are as they were"), "\(first.errors)")
            let mode = try FileManager.default.attributesOfItem(atPath: sheet.path)[.posixPermissions] as? Int
            #expect(mode == 0o600)

            let slips = try String(contentsOf: sheet, encoding: .utf8)
            #expect(slips.contains("Lee, Kim\n    ssh kim.lee@lab.example.edu\n"))
            #expect(!slips.contains("edu01"))
            let words = slips.split(whereSeparator: \.isWhitespace).map(String.init)
            let passwords = zip(words, words.dropFirst()).filter { $0.0 == "password" }.map(\.1)
            try #require(passwords.count == 2)
            try await sample.change {}
            for (name, password) in zip(["kim.lee", "Émilie"], passwords) {
                let child = try await sample.ssh(name).with(.password(password)).run("echo $USER")
                #expect(child.output == "\(name)\n", "\(child.errors)")
            }
            let text = try String(contentsOf: sample.classroom.appending(path: "2026.yaml"), encoding: .utf8)
            #expect(passwords.allSatisfy { !text.contains($0) })
            let document = sample.classroom.appending(path: "2026.yaml").path
            #expect(try Self.mode(of: document) == 0o640)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: document)

            // The same table once more, with a student who has come later.
            let later = sample.folder.appending(path: "later.txt")
            let second = try await importRoster(table + "zoe;Zoe\n", sheet: later, "--course", "c")
            #expect(second.errors.contains("1 new student; 3 were there"), "\(second.errors)")
            #expect(try String(contentsOf: later, encoding: .utf8).contains("ssh zoe@lab"))
            #expect(try Self.mode(of: document) == 0o600)
        }

        private static func mode(of path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }

        @Test(
            "A table with a mistake changes nothing, and the mistake is told with its place",
            arguments: [
                ("name\nada\n", ["--course", "nowhere"], "no course is called nowhere"),
                ("name\nada\nada\n", ["--course", "c"], "row 3: ada is in row 2, too"),
                ("name\nbob smith\n", ["--course", "c"], "row 2: the name bob smith must be"),
            ])
        func mistakes(table: String, options: [String], expected: String) async throws {
            let before = try FileManager.default.contentsOfDirectory(atPath: sample.classroom.path).sorted()
            let (roster, sheet) = (sample.folder.appending(path: "wrong.csv"), sample.folder.appending(path: "none.txt"))
            try Data(table.utf8).write(to: roster)
            let target = sample.classroom.appending(path: "wrong.yaml").path
            let child = try await LabgateProcess.run(
                ["students", "import", roster.path, "--into", target, "--sheet", sheet.path] + options)
            #expect(child.status != 0)
            #expect(child.errors.contains(expected), "\(child.errors)")
            #expect(!FileManager.default.fileExists(atPath: sheet.path))
            let after = try FileManager.default.contentsOfDirectory(atPath: sample.classroom.path).sorted()
            #expect(after == before)
        }

        // MARK: Collecting

        private func collect(into folder: URL, _ options: String...) async throws -> ChildProcess {
            try await LabgateProcess.run(
                ["collect", "work", "--config", sample.configuration.path, "--into", folder.path] + options)
        }

        private func content(of file: String, of student: String, in folder: URL) async throws -> String {
            let archive = folder.appending(path: "\(student).tar").path
            return try await ChildProcess.run(["tar", "-xOf", archive, "./\(file)"]).output
        }

        @Test("The homes of a course are collected, of labs that run and of labs that do not, and are left as they were")
        func collecting() async throws {
            try await sample.change {
                try sample.write(CourseDocument(name: "work", home: "persistentVolumeClaim: {size: 1Gi}"))
                for student in ["runs", "rests", "never"] { try await sample.write(student: student, courses: ["work"]) }
            }
            let make = "mkdir -p hw && echo \"work of $USER\" > hw/main.c && chmod 600 hw/main.c && head -c 3000000 /dev/urandom > big"
            for student in ["runs", "rests"] { #expect(try await sample.ssh(student).run(make).status == 0) }
            #expect(try await sample.ssh("rests").run(":stop").status == 0)
            let isStopped = try await eventually { try await sample.namespace.pod(of: "rests") == nil }
            try #require(isStopped)
            let sums = "find . -type f -printf '%p %m %s %T@\\n' | sort; sha256sum big"
            let before = try await sample.ssh("runs").run(sums).output

            let folder = sample.folder.appending(path: "collected")
            let child = try await collect(into: folder)
            #expect(child.status == 0, "\(child.errors)")
            #expect(child.output.contains("never  has no home yet"))
            for student in ["runs", "rests"] {
                #expect(child.output.contains("\(student)  3"), "\(child.output)")
                #expect(try await content(of: "hw/main.c", of: student, in: folder) == "work of \(student)\n")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["rests.tar", "runs.tar"])
            #expect(try await sample.ssh("runs").run(sums).output == before)
            let readers = try await sample.namespace.kubectl("get", "pods", "-l", "app.kubernetes.io/name=home-reader")
            #expect(readers.isEmpty, "\(readers)")
            #expect(try await sample.namespace.pod(of: "rests") == nil)
        }

        @Test("What could not be read is told, and the rest is collected")
        func remarks() async throws {
            try await sample.change { try sample.write(CourseDocument(name: "work", home: "emptyDir: {}")) }
            try await sample.change { try await sample.write(student: "secretive", courses: ["work"]) }
            let make = "echo plain > plain && echo hidden > hidden && chmod 000 hidden"
            #expect(try await sample.ssh("secretive").run(make).status == 0)
            let folder = sample.folder.appending(path: "remarks")
            let child = try await collect(into: folder, "--student", "secretive")
            #expect(child.status == 1)
            #expect(child.output.contains("not everything: tar: ./hidden"), "\(child.output)")
            #expect(try await content(of: "plain", of: "secretive", in: folder) == "plain\n")
            #expect(try await collect(into: folder, "--student", "nobody").errors.contains("nobody is not in the course work"))
        }

        @Test("A home that is mostly a hole fills no disk, and no folder is used that others can write to")
        func bounds() async throws {
            try await sample.change { try sample.write(CourseDocument(name: "work", home: "emptyDir: {}")) }
            try await sample.change { try await sample.write(student: "hollow", courses: ["work"]) }
            #expect(try await sample.ssh("hollow").run("truncate -s 8T hole").status == 0)
            let folder = sample.folder.appending(path: "bounds")
            let child = try await collect(into: folder, "--student", "hollow", "--max-size", "20Mi")
            #expect(child.status == 1)
            #expect(child.errors.contains("hollow  not collected: it is larger than 20 MiB"), "\(child.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
            try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path)
            let refused = try await collect(into: folder, "--student", "hollow")
            #expect(refused.errors.contains("others can write to this folder"), "\(refused.errors)")
            #expect(try await collect(into: folder, "--max-size", "much").errors.contains("much is not a size"))
        }

        @Test("A collection that is broken off leaves no pod behind")
        func interruption() async throws {
            try await sample.change {
                try sample.write(CourseDocument(name: "work", home: "persistentVolumeClaim: {size: 1Gi}"))
                try await sample.write(student: "hasty", courses: ["work"])
            }
            #expect(try await sample.ssh("hasty").run("truncate -s 1000M large").status == 0)
            #expect(try await sample.ssh("hasty").run(":stop").status == 0)
            let isStopped = try await eventually { try await sample.namespace.pod(of: "hasty") == nil }
            try #require(isStopped)
            let folder = sample.folder.appending(path: "interrupted")
            let collection = try ChildProcess.start(
                [
                    LabgateProcess.executable, "collect", "work", "--config", sample.configuration.path,
                    "--into", folder.path, "--student", "hasty",
                ])
            let readers = { [sample] in
                try await sample.namespace.kubectl("get", "pods", "-l", "app.kubernetes.io/name=home-reader", "-o", "name")
            }
            let isReading = try await eventually { try await !readers().isEmpty }
            #expect(isReading)
            collection.signal(SIGINT)
            let ended = try await collection.end()
            #expect(ended.status == 130, "\(ended.errors)")
            #expect(ended.errors.contains("broken off"))
            let isTidy = try await eventually { try await readers().isEmpty }
            #expect(isTidy)
        }
    }
}
