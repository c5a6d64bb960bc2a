import Foundation
@testable import TestSupport
import Testing

extension ClusterTests {
    /// `labgate check`, and what `labgate serve` says when it cannot start.
    @Suite(.sampleClass)
    struct CheckTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        private func check() async throws -> ChildProcess {
            try await LabgateProcess.run("check", "--config", sample.configuration.path)
        }

        /// Runs `serve`, which is expected to fail with one line for people.
        private func failsToServe() async throws -> String {
            let child = try await ChildProcess.run(
                [LabgateProcess.executable, "serve", "--config", sample.configuration.path], within: .seconds(20))
            #expect(child.status != 0)
            let lines = child.errors.split(separator: "\n").filter { !$0.hasPrefix("{") }
            #expect(lines.count == 1, "\(child.errors)")
            return lines.joined(separator: "\n")
        }

        @Test("A good configuration is in order")
        func good() async throws {
            let child = try await check()
            #expect(child.status == 0, "\(child.errors)")
            #expect(child.output.contains("classroom: 1 courses, 2 students"))
            #expect(child.output.contains("labs in namespace \(sample.namespace.name)"))
            #expect(child.output.contains("everything is in order"))
            #expect(child.errors.isEmpty)
        }

        @Test("Exactly the missing permissions are named")
        func permissions() async throws {
            let namespace = sample.namespace
            try await namespace.apply(
                """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: Role
                metadata: {name: too-little}
                rules:
                  - {apiGroups: [""], resources: [pods], verbs: [get, list, watch, create, patch]}
                  - {apiGroups: [""], resources: [pods/exec], verbs: [get]}
                  - {apiGroups: [""], resources: [persistentvolumeclaims], verbs: [get, create]}
                  - {apiGroups: [""], resources: [events], verbs: [list]}
                  - {apiGroups: [coordination.k8s.io], resources: [leases], verbs: [get, list, watch, create, patch, delete]}
                """)
            let kubeconfig = try await namespace.kubeconfig(ofAccountWithRole: "too-little")
            try sample.writeConfiguration(site: sample.namespace.settings(kubeconfig: kubeconfig.path))
            let child = try await check()
            try sample.writeConfiguration()
            #expect(child.status != 0)
            let missing = child.errors.split(separator: "\n").map(String.init)
            #expect(
                Set(missing) == [
                    "kubernetes: not permitted: create pods/exec in namespace \(namespace.name)",
                    "kubernetes: not permitted: delete pods in namespace \(namespace.name)",
                    "kubernetes: not permitted: update leases in namespace \(namespace.name)",
                    "kubernetes: not permitted, can be done without: create events in namespace \(namespace.name)",
                    "kubernetes: not permitted, can be done without: create pods/portforward in namespace \(namespace.name)",
                    "kubernetes: not permitted, can be done without: get pods/portforward in namespace \(namespace.name)",
                ])
        }

        @Test("Every problem of the classroom is told at once, with file, line and key")
        func classroomProblems() async throws {
            var course = CourseDocument(name: "odd")
            course.startTimeout = "soon"
            try sample.write(course)
            try sample.write(StudentDocument(name: "no one", courses: ["nothing"]).yaml, to: "student-odd.yaml")
            let child = try await check()
            for file in ["course-odd.yaml", "student-odd.yaml"] {
                try FileManager.default.removeItem(at: sample.classroom.appending(path: file))
            }
            #expect(child.status != 0)
            #expect(child.errors.contains("course-odd.yaml:16: spec.startTimeout: "), "\(child.errors)")
            #expect(child.errors.contains("student-odd.yaml:3: metadata.name: "), "\(child.errors)")
            #expect(!child.output.contains("everything is in order"))
        }

        @Test("A wrong key in the configuration is told with file and line, by check and by serve")
        func configurationProblem() async throws {
            try sample.writeConfiguration(extra: "drainTimout: 5m")
            let line = try await failsToServe()
            let child = try await check()
            try sample.writeConfiguration()
            for text in [line, child.errors] {
                #expect(text.contains("labgate.yaml:6: drainTimout: "), "\(text)")
                #expect(text.contains("drainTimeout"), "\(text)")
            }
            #expect(child.status != 0)
        }

        @Test("Metrics without a place, or with one that is none, are told with file, line and key")
        func metricsProblem() async throws {
            for (metrics, problem) in [
                ("{}", "metrics.listen: missing"), ("{listen: everywhere}", "metrics.listen: must be host:port"),
                ("{listen: \":9102\", path: /m}", "metrics.path: unknown key"),
            ] {
                try sample.writeConfiguration(extra: "metrics: \(metrics)")
                let child = try await check()
                #expect(child.status != 0)
                #expect(child.errors.contains("labgate.yaml:6: \(problem)"), "\(child.errors)")
            }
            try sample.writeConfiguration()
        }

        @Test("A cluster that does not answer is told in a line")
        func noCluster() async throws {
            let kubeconfig = try TemporaryFolder.make().appending(path: "kubeconfig")
            let document = """
                {apiVersion: v1, kind: Config, current-context: a, contexts: [{name: a, context: {cluster: a, user: a}}],
                 clusters: [{name: a, cluster: {server: "https://127.0.0.1:1"}}], users: [{name: a, user: {token: x}}]}
                """
            try Data(document.utf8).write(to: kubeconfig)
            try sample.writeConfiguration(site: sample.namespace.settings(kubeconfig: kubeconfig.path))
            let child = try await check()
            try sample.writeConfiguration()
            #expect(child.status != 0)
            #expect(child.errors.contains("kubernetes: "), "\(child.errors)")
            #expect(child.errors.split(separator: "\n").count == 1, "\(child.errors)")
        }

        @Test("A port in use is told in a line")
        func portInUse() async throws {
            try sample.writeConfiguration(listen: "127.0.0.1:\(sample.gateway.port)")
            let line = try await failsToServe()
            try sample.writeConfiguration()
            #expect(line.contains("in use"), "\(line)")
            #expect(try line.contains("\(sample.gateway.port)"), "\(line)")
        }

        @Test("Host keys that others can read are told in a line, and not used")
        func readableHostKeys() async throws {
            let copy = sample.folder.appending(path: "open-keys")
            try FileManager.default.copyItem(at: sample.hostKeys, to: copy)
            let key = copy.appending(path: "ssh_host_ed25519_key")
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key.path)
            try sample.writeConfiguration(hostKeys: copy)
            let line = try await failsToServe()
            try sample.writeConfiguration()
            #expect(line.contains("ssh_host_ed25519_key"), "\(line)")
        }

        @Test("A kubeconfig that is not there is told in a line")
        func noKubeconfig() async throws {
            try sample.writeConfiguration(site: sample.namespace.settings(kubeconfig: "/nowhere/kubeconfig"))
            let line = try await failsToServe()
            try sample.writeConfiguration()
            #expect(line.contains("/nowhere/kubeconfig"), "\(line)")
        }
    }
}
