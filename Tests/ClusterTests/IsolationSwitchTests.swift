import Foundation
@testable import TestSupport
import Testing

extension ClusterTests {
    /// A second wall around labs, where a course asks for it: a runtime class, user namespaces.
    @Suite(.sampleClass)
    struct IsolationSwitchTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        /// Makes a class of the cluster's, whose name is this suite's own, for as long as `body` runs.
        private func withRuntimeClass(
            _ name: String, handler: String, _ body: (_ name: String) async throws -> Void
        ) async throws {
            let name = "\(sample.namespace.name)-\(name)"
            try await sample.namespace.apply(
                """
                apiVersion: node.k8s.io/v1
                kind: RuntimeClass
                metadata: {name: \(name)}
                handler: \(handler)
                """)
            do {
                try await body(name)
            } catch {
                try await Cluster.kubectl(["delete", "runtimeclass", name])
                throw error
            }
            try await Cluster.kubectl(["delete", "runtimeclass", name])
        }

        private func course(_ name: String, _ more: [String: String], startTimeout: String = "60s") async throws -> SSH {
            try await sample.change {
                var course = CourseDocument(name: name, more: more)
                course.startTimeout = startTimeout
                try sample.write(course)
                try await sample.write(student: "of-\(name)", courses: [name])
            }
            return try sample.ssh("of-\(name)")
        }

        private func check() async throws -> ChildProcess {
            try await LabgateProcess.run("check", "--config", sample.configuration.path)
        }

        private func remove(_ name: String) throws {
            try FileManager.default.removeItem(at: sample.classroom.appending(path: "course-\(name).yaml"))
            try FileManager.default.removeItem(at: sample.classroom.appending(path: "student-of-\(name).yaml"))
        }

        @Test("A lab runs under the runtime class of its course")
        func runtimeClass() async throws {
            try await withRuntimeClass("runc", handler: "runc") { name in
                let ssh = try await course("classy", ["runtimeClassName": name])
                #expect(try await ssh.run("echo in").output == "in\n")
                let pod = try #require(await sample.namespace.pod(of: "of-classy", course: "classy"))
                #expect(pod["spec"]["runtimeClassName"].string == name)
                #expect(try await check().status == 0)
            }
            try remove("classy")
        }

        @Test("A runtime class that is not there is told to the student and by `check`, and so is one that no node has")
        func noRuntimeClass() async throws {
            let missing = try await course("missing", ["runtimeClassName": "labgate-test-nowhere"])
            let child = try await missing.run("true")
            #expect(child.status == 254)
            #expect(child.errors.contains("Your lab cannot be started"), "\(child.errors)")
            #expect(child.errors.contains("RuntimeClass \"labgate-test-nowhere\" not found"), "\(child.errors)")
            let refusal = try await check()
            #expect(refusal.status != 0)
            #expect(refusal.errors.contains("no lab of the course missing can start: "), "\(refusal.errors)")
            #expect(refusal.errors.contains("\"labgate-test-nowhere\" not found"), "\(refusal.errors)")
            try remove("missing")

            try await withRuntimeClass("odd", handler: "odd") { name in
                let odd = try await course("odd", ["runtimeClassName": name], startTimeout: "6s")
                let child = try await odd.run("true")
                #expect(child.status == 254)
                #expect(child.errors.contains("no runtime for \"odd\" is configured"), "\(child.errors)")
                try remove("odd")
            }
        }

        @Test("A lab has a user namespace if its course asks for it; where the cluster has none, it does not start, and `check` says so")
        func userNamespaces() async throws {
            let pod = """
                apiVersion: v1
                kind: Pod
                metadata: {name: probe}
                spec: {hostUsers: false, containers: [{name: c, image: "\(Site.image)"}]}
                """
            let answer = try await sample.namespace.kubectl(
                "create", "--dry-run=server", "--validate=false", "--output=json", "--filename=-", input: pod)
            let ssh = try await course("walled", ["userNamespaces": "true"])
            let child = try await ssh.run("cat /proc/self/uid_map")
            let checked = try await check()
            if try JSON(parsing: answer)["spec"]["hostUsers"].bool == false {
                #expect(!child.output.contains("4294967295"), "\(child.output)")
                #expect(checked.status == 0, "\(checked.errors)")
            } else {
                let sentence = "the course asks for user namespaces, which the cluster does not have"
                #expect(child.status == 254 && child.output.isEmpty)
                #expect(child.errors.contains(sentence), "\(child.errors)")
                #expect(checked.status != 0)
                #expect(checked.errors.contains("no lab of the course walled can start: \(sentence)"), "\(checked.errors)")
                let isGone = try await eventually { try await sample.namespace.pod(of: "of-walled", course: "walled") == nil }
                #expect(isGone)
            }
            try remove("walled")
        }
    }
}
