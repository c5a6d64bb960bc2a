import Foundation
@testable import TestSupport
import Testing

extension ClusterTests {
    /// What stands between a login and its lab on a cluster alone: nodes, quotas of namespaces, pods that end.
    @Suite(.sampleClass)
    struct PodStartTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        @Test("A lab that no node can take ends with the scheduler's reason, the client kept alive meanwhile")
        func unschedulable() async throws {
            let ssh = try await sample.newcomer("giant") { course in
                course.cpu = "64"
                course.podTemplate = "{spec: {containers: [{name: lab, resources: {requests: {cpu: \"64\"}}}]}}"
            }
            let child = try await ssh.with("-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=3").run("echo in")
            #expect(child.status == 254)
            #expect(child.errors.contains("Insufficient cpu"), "\(child.errors)")
            #expect(child.duration > .seconds(15) && child.duration < .seconds(40), "\(child.duration)")
            try await sample.change { try sample.writeCourse(of: "giant") }
            #expect(try await ssh.run("echo in").output == "in\n", "the course is mended, the pod was left")
        }

        @Test("Storage that is provided late is waited for, and what is said of the claim is told")
        func lateStorage() async throws {
            let storage = "labgate-late-\(sample.namespace.name)"
            let ssh = try await sample.newcomer("patient") { course in
                course.home = "persistentVolumeClaim: {size: 1Mi, storageClassName: \(storage)}"
            }
            try await cleaningUp {
                try await sample.removeLab(of: "patient", course: "patient")
                try await sample.namespace.kubectl("delete", "pvc", "--selector=labgate.dev/student=patient")
                try await sample.namespace.kubectl("delete", "--ignore-not-found", "pv/\(storage)")
            } after: {
                let running = try ssh.start("echo in")
                try await running.prints("labgate: waiting for storage for your home or the course's files")
                try await running.prints("\"\(storage)\" not found")
                // Longer than a lab is waited for that no node can take.
                try await Task.sleep(for: .seconds(25))
                try await sample.namespace.apply(Self.volume(named: storage))
                let child = try await running.end()
                #expect(child.status == 0)
                #expect(child.output == "in\n", "\(child.errors)")
            }
        }

        /// A volume of the storage class of the same name, on a folder that each node has.
        private static func volume(named name: String) -> String {
            """
            apiVersion: v1
            kind: PersistentVolume
            metadata: {name: \(name)}
            spec:
              storageClassName: \(name)
              capacity: {storage: 1Mi}
              accessModes: [ReadWriteOnce]
              hostPath: {path: /tmp}
            """
        }

        @Test("An exceeded quota ends the start at once with the API server's own sentence")
        func quota() async throws {
            let ssh = try await sample.newcomer("poor")
            let namespace = sample.namespace
            try await namespace.kubectl("create", "quota", "none-left", "--hard=limits.memory=1Mi")
            let isInForce = try await eventually(every: .milliseconds(100)) {
                try await namespace.kubectl("get", "quota", "none-left", "--output=jsonpath={.status.hard}") != ""
            }
            try #require(isInForce)
            let child = try await ssh.run("echo in")
            try await namespace.kubectl("delete", "quota", "none-left")
            #expect(child.status == 254)
            #expect(child.errors.contains("exceeded quota: none-left"), "\(child.errors)")
            #expect(child.duration < .seconds(5))
            #expect(try await ssh.run("echo in").output == "in\n")
        }

        @Test("A lab that has failed is replaced by the next login")
        func failed() async throws {
            let ssh = try await sample.newcomer("expiring") { $0.podTemplate = "{spec: {activeDeadlineSeconds: 5}}" }
            let running = try ssh.start("echo begin; sleep 100")
            try await running.prints("begin")
            let first = try #require(await sample.namespace.pod(of: "expiring", course: "expiring"))
            let child = try await running.end()
            #expect(child.status != 0)
            #expect(child.errors.contains("labgate: "), "\(child.errors)")
            let hasFailed = try await eventually(every: .milliseconds(200)) {
                try await sample.namespace.pod(of: "expiring", course: "expiring")?["status"]["phase"].string == "Failed"
            }
            try #require(hasFailed)
            #expect(try await ssh.run("echo in").output == "in\n")
            let second = try #require(await sample.namespace.pod(of: "expiring", course: "expiring"))
            #expect(first["metadata"]["uid"] != second["metadata"]["uid"])
        }

        @Test("A login during the old lab's end waits for it, says so, and gets a new one")
        func terminating() async throws {
            let ssh = try await sample.newcomer("ending") { course in
                course.terminationGracePeriod = "20s"
                let hook = "{preStop: {exec: {command: [sleep, \"5\"]}}}"
                course.podTemplate = "{spec: {containers: [{name: lab, lifecycle: \(hook)}]}}"
            }
            #expect(try await ssh.run("true").status == 0)
            let first = try #require(await sample.namespace.pod(of: "ending", course: "ending"))
            try await sample.namespace.kubectl("delete", "pod", first["metadata"]["name"].string ?? "", "--wait=false")
            let child = try await ssh.run("echo in")
            #expect(child.output == "in\n")
            #expect(child.errors.contains("labgate: waiting for your previous lab to end"), "\(child.errors)")
            let second = try #require(await sample.namespace.pod(of: "ending", course: "ending"))
            #expect(first["metadata"]["uid"] != second["metadata"]["uid"])
        }

        @Test("Ctrl-C ends the wait for a lab")
        func impatience() async throws {
            let ssh = try await sample.newcomer("hasty") { course in
                course.cpu = "64"
                course.podTemplate = "{spec: {containers: [{name: lab, resources: {requests: {cpu: \"64\"}}}]}}"
            }
            try await Terminal.with(ssh) { terminal in
                try await terminal.shows("labgate: looking for a node")
                try await terminal.press("C-c")
                let status = try await terminal.exitStatus(within: .seconds(5))
                #expect(status == 254)
            }
        }

        @Test("A client that goes while its lab starts leaves no lab session behind")
        func goneWhileStarting() async throws {
            let ssh = try await sample.newcomer("gone") { course in
                course.cpu = "64"
                course.podTemplate = "{spec: {containers: [{name: lab, resources: {requests: {cpu: \"64\"}}}]}}"
            }
            let running = try ssh.start("echo in")
            try await running.prints("labgate: looking for a node")
            running.kill()
            let gateway = try sample.gateway
            for message in ["lab session ended", "connection closed"] {
                let isLogged = try await eventually(within: .seconds(5)) {
                    gateway.logged(message).contains { $0["student"].string == "gone" }
                }
                #expect(isLogged, "\(message)")
            }
        }
    }
}
