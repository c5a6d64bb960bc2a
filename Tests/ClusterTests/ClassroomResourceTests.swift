import Foundation
@testable import TestSupport
import Testing

extension ClusterTests {
    /// Courses and students as custom resources, beside a folder of documents.
    @Suite(.sampleClass(course: [:]), .customResources)
    struct ClassroomResourceTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        /// Has the gateway read the resources, too; once.
        private func readResources() async throws {
            guard try sample.gateway.logged("Took on a changed classroom").isEmpty else { return }
            try await sample.stop()
            try sample.writeConfiguration(
                site: sample.namespace.settings(readsResources: true), extra: SampleClass.briskLifeCycle)
            try await sample.start()
            let isComplete = try await eventually { try !sample.gateway.logged("Took on a changed classroom").isEmpty }
            try #require(isComplete)
        }

        private func apply(student name: String, _ spec: String) async throws {
            try await sample.namespace.apply(
                """
                apiVersion: labgate.dev/v1alpha1
                kind: Student
                metadata: {name: \(name)}
                spec: \(spec)
                """)
        }

        private func status(of student: String) async throws -> JSON {
            try JSON(parsing: await sample.namespace.kubectl("get", "student", student, "--output=json"))["status"]
        }

        /// Waits for what became of a document.
        private func condition(of student: String, reason: String) async throws -> JSON {
            var condition: JSON?
            let isThere = try await eventually(within: .seconds(15), every: .milliseconds(200)) {
                condition = try await status(of: student)["conditions"].array.first
                return condition?["reason"].string == reason
            }
            try #require(isThere, "\(String(describing: condition))")
            return try #require(condition)
        }

        private func logsIn(_ ssh: SSH, as expected: Bool = true) async throws -> Bool {
            try await eventually(within: .seconds(20), every: .milliseconds(300)) {
                try await (ssh.run("true").status == 0) == expected
            }
        }

        @Test("What is applied to the cluster holds within seconds, and kubectl shows who is where and what is left")
        func applied() async throws {
            try await readResources()
            try await sample.namespace.apply(
                CourseDocument(name: "cluster", more: ["quotas": "{connectedTime: {day: 2h}}"]).yaml)
            try await apply(
                student: "citizen", #"{courses: [cluster], publicKeys: ["\#(sample.publicKey(of: "citizen"))"]}"#)
            let ssh = try sample.ssh("citizen")
            #expect(try await logsIn(ssh))
            #expect(try await condition(of: "citizen", reason: "Accepted")["status"].string == "True")

            let running = try ssh.start("echo in; sleep 100")
            try await running.prints("in\n")
            var table = ""
            let isShown = try await eventually(within: .seconds(20), every: .milliseconds(300)) {
                table = try await sample.namespace.kubectl("get", "students")
                return table.contains("InLab")
            }
            #expect(isShown, "\(table)")
            for word in ["COURSE", "STATE", "SESSIONS", "USED", "LEFT", "LAST LOGIN", "cluster", "of 2h today"] {
                #expect(table.contains(word), "\(word) is not in\n\(table)")
            }
            try await sample.namespace.kubectl(
                "patch", "student", "citizen", "--type=merge", #"--patch={"spec": {"suspended": true}}"#)
            let child = try await running.end(within: .seconds(10))
            #expect(child.status == 254)
            #expect(child.errors.contains("your account is suspended"), "\(child.errors)")
        }

        @Test("A document that cannot be used is refused with the reason, and taken on once it can")
        func refused() async throws {
            try await readResources()
            let key = try await sample.publicKey(of: "early")
            try await apply(student: "early", #"{courses: [later], publicKeys: ["\#(key)"]}"#)
            let condition = try await condition(of: "early", reason: "CourseMissing")
            #expect(condition["status"].string == "False")
            #expect(condition["message"].string?.contains("no course is called later") == true, "\(condition)")
            #expect(try await sample.ssh("early").run("true").status == 255)
            try await sample.namespace.apply(CourseDocument(name: "later").yaml)
            _ = try await self.condition(of: "early", reason: "Accepted")
            #expect(try await logsIn(sample.ssh("early")))
            // The API server knows the schema, too.
            await #expect(throws: (any Error).self) { try await apply(student: "odd", "{courses: later}") }
        }

        @Test("A course that is deleted is missing for itself alone: its students are told, and get into their others")
        func missingCourse() async throws {
            try await readResources()
            for name in ["stays", "leaves"] { try await sample.namespace.apply(CourseDocument(name: name).yaml) }
            let key = try await sample.publicKey(of: "double")
            try await apply(student: "double", #"{courses: [leaves, stays], publicKeys: ["\#(key)"]}"#)
            #expect(try await logsIn(sample.ssh("double+stays")))
            try await sample.namespace.kubectl("delete", "course", "leaves")
            let condition = try await condition(of: "double", reason: "CourseMissing")
            #expect(condition["status"].string == "True")
            #expect(condition["message"].string?.contains("no course is called leaves") == true, "\(condition)")
            #expect(try await sample.ssh("double+stays").run("echo in").output == "in\n")
            let child = try await sample.ssh("double").run("true")
            #expect(child.status == 254)
            #expect(child.errors.contains("the course leaves is not there at present"), "\(child.errors)")
            #expect(child.errors.contains("your other courses are: stays"), "\(child.errors)")
        }

        @Test("A name that the folder has is not taken over: the clash is told, and the folder's student stays")
        func clash() async throws {
            try await readResources()
            let key = try await sample.publicKey(of: "intruder")
            try await apply(student: "edu01", #"{courses: [c], publicKeys: ["\#(key)"]}"#)
            let condition = try await condition(of: "edu01", reason: "NameTaken")
            #expect(condition["message"].string?.contains("student-edu01.yaml") == true, "\(condition)")
            #expect(try await sample.ssh("edu01").run("true").status == 0)
            #expect(try await sample.ssh("edu01").with(.key(sample.key(of: "intruder"))).run("true").status == 255)
        }

        @Test("A password hash may be in a Secret; without the Secret the password opens nothing")
        func secret() async throws {
            try await readResources()
            try await sample.namespace.kubectl(
                "create", "secret", "generic", "passwords", "--from-literal=keeper=\(sample.passwordHash)")
            try await apply(
                student: "keeper", "{courses: [c], passwordHashSecret: {name: passwords, key: keeper}}")
            let ssh = try sample.ssh("keeper").with(.password(SampleClass.password))
            #expect(try await logsIn(ssh))
            #expect(try await ssh.with(.password("wrong")).run("true").status == 255)
            try await apply(
                student: "loser", "{courses: [c], passwordHashSecret: {name: nowhere, key: loser}}")
            _ = try await condition(of: "loser", reason: "SecretUnusable")
        }

        @Test("A mistake in a course ends no labs of it, whatever gateway starts meanwhile, and labgate check tells it")
        func mistake() async throws {
            try await readResources()
            try await sample.namespace.apply(CourseDocument(name: "edited").yaml)
            let key = try await sample.publicKey(of: "keen")
            try await apply(student: "keen", #"{courses: [edited], publicKeys: ["\#(key)"]}"#)
            #expect(try await logsIn(sample.ssh("keen")))
            let uid = try #require(try await sample.uid("keen", "edited"))
            try await sample.namespace.apply(CourseDocument(name: "edited", more: ["timeZone": "Mars/Base"]).yaml)
            try await sample.stop()
            try await sample.start()
            let child = try await LabgateProcess.run("check", "--config", sample.configuration.path)
            #expect(child.status != 0)
            #expect(child.errors.contains("courses/edited: spec.timeZone: "), "\(child.errors)")
            #expect(child.errors.contains("students/keen: "), "\(child.errors)")
            // Ten sweeps, where four would end a lab that is nobody's.
            try await Task.sleep(for: .seconds(10))
            #expect(try await sample.uid("keen", "edited") == uid)
            try await sample.namespace.apply(CourseDocument(name: "edited").yaml)
            #expect(try await logsIn(sample.ssh("keen")))
            #expect(try await sample.uid("keen", "edited") == uid)
        }

        @Test("A student whose resource is deleted is out within seconds")
        func deleted() async throws {
            try await readResources()
            let key = try await sample.publicKey(of: "leaver")
            try await apply(student: "leaver", #"{courses: [c], publicKeys: ["\#(key)"]}"#)
            #expect(try await logsIn(sample.ssh("leaver")))
            let running = try sample.ssh("leaver").start("echo in; sleep 100")
            try await running.prints("in\n")
            try await sample.namespace.kubectl("delete", "student", "leaver")
            #expect(try await running.end(within: .seconds(10)).status == 254)
            #expect(try await logsIn(sample.ssh("leaver"), as: false))
        }
    }
}
