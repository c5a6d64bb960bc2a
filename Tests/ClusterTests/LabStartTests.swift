import Foundation
@testable import TestSupport
import Testing

extension ClusterTests {
    /// From a login without a lab to a lab, or to the reason why there is none.
    @Suite(.sampleClass)
    struct LabStartTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        /// A student without a lab, alone in a course of their own.
        private func newcomer(_ name: String, change: (inout CourseDocument) -> Void = { _ in }) async throws -> SSH {
            try await sample.change {
                try writeCourse(of: name, change: change)
                try await sample.write(student: name, courses: [name])
            }
            return try sample.ssh(name)
        }

        private func writeCourse(of name: String, change: (inout CourseDocument) -> Void = { _ in }) throws {
            var course = CourseDocument(name: name)
            change(&course)
            try sample.write(course)
        }

        @Test("Simultaneous first logins, also through two gateways, make one lab, and all get in")
        func oneLab() async throws {
            let ssh = try await newcomer("crowd")
            let other = try await LabgateProcess.serve(configuration: sample.configuration)
            let there = SSH(port: other.port, user: ssh.user, knownHosts: ssh.knownHosts, credential: ssh.credential)
            let logins = try [ssh, there, ssh, there, ssh, there].map { try $0.start("hostname; exit 3") }
            var hosts: Set<String> = []
            for login in logins {
                let child = try await login.end()
                #expect(child.status == 3, "\(child.errors)")
                hosts.insert(child.output)
            }
            #expect(hosts.count == 1)
            let names = try await sample.namespace.pods().map { $0["metadata"]["annotations"]["labgate.dev/student"] }
            #expect(names.count { $0.string == "crowd" } == 1)
            try await other.stop()
        }

        @Test("The first sign of a cold start comes within a second, on standard error, and tells how far it is")
        func progress() async throws {
            let ssh = try await newcomer("patient")
            let running = try ssh.start("echo out")
            let gateway = try sample.gateway
            let isLoggedIn = try await eventually {
                gateway.logged("authenticated").contains { $0["student"].string == "patient" }
            }
            try #require(isLoggedIn)
            try await running.prints("labgate: ", within: .seconds(1))
            let child = try await running.end()
            #expect(child.output == "out\n")
            #expect(child.errors.contains("labgate: creating your lab"))
            #expect(child.status == 0)
            let lines = child.errors.split(separator: "\n")
            #expect(lines.allSatisfy { $0.hasPrefix("labgate: ") }, "\(child.errors)")
            #expect(Set(lines).count == lines.count, "\(child.errors)")
        }

        @Test("A file transfer that has to wait for its lab hears nothing but its own protocol")
        func subsystemStart() async throws {
            let ssh = try await newcomer("mover")
            let child = try await ssh.transfer("sftp", "-b", "-", ssh.remote(""), input: .text("mkdir box\nls\n"))
            #expect(child.status == 0)
            #expect(child.errors.isEmpty)
            #expect(child.output.contains("box"))
        }

        @Test("An image that does not exist ends the start with the reason, and the next login finds it mended")
        func badImage() async throws {
            let ssh = try await newcomer("badimage") { $0.image = Cluster.image + "-does-not-exist" }
            let child = try await ssh.run("echo in")
            #expect(child.status == 254)
            #expect(child.output.isEmpty)
            #expect(child.errors.contains("image cannot be fetched"), "\(child.errors)")
            #expect(child.errors.contains("ImagePullBackOff"), "\(child.errors)")
            #expect(child.errors.contains("does-not-exist"), "\(child.errors)")
            #expect(child.duration < .seconds(60))
            try await sample.change { try writeCourse(of: "badimage") }
            let mended = try await ssh.run("echo in")
            #expect(mended.output == "in\n")
            // Nothing has run in the pod that could not start, so nobody waits for its end.
            #expect(!mended.errors.contains("previous lab"), "\(mended.errors)")
        }

        @Test("A lab that no node can take ends with the scheduler's reason, the client kept alive meanwhile")
        func unschedulable() async throws {
            let ssh = try await newcomer("giant") { course in
                course.cpu = "64"
                course.podTemplate = "{spec: {containers: [{name: lab, resources: {requests: {cpu: \"64\"}}}]}}"
            }
            let child = try await ssh.with("-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=3").run("echo in")
            #expect(child.status == 254)
            #expect(child.errors.contains("Insufficient cpu"), "\(child.errors)")
            #expect(child.duration > .seconds(15) && child.duration < .seconds(40), "\(child.duration)")
            try await sample.change { try writeCourse(of: "giant") }
            #expect(try await ssh.run("echo in").output == "in\n", "the course is mended, the pod was left")
        }

        @Test("An exceeded quota ends the start at once with the API server's own sentence")
        func quota() async throws {
            let ssh = try await newcomer("poor")
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
            let ssh = try await newcomer("expiring") { $0.podTemplate = "{spec: {activeDeadlineSeconds: 5}}" }
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
            let ssh = try await newcomer("ending") { course in
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

        @Test("A lab that is older than its course is kept, and its student told, in a terminal only")
        func outdated() async throws {
            let ssh = try await newcomer("settled")
            #expect(try await ssh.run("true").status == 0)
            try await sample.change { try writeCourse(of: "settled") { $0.environment = "{NEW: variable}" } }
            let words = "your lab was started from an older version of the course"
            #expect(try await !ssh.run("true").errors.contains(words))
            try await Terminal.with(ssh, columns: 120) { terminal in
                try await terminal.shows(words)
                try await terminal.showsPrompt()
            }
        }

        @Test("Ctrl-C ends the wait for a lab")
        func impatience() async throws {
            let ssh = try await newcomer("hasty") { course in
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
            let ssh = try await newcomer("gone") { course in
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
