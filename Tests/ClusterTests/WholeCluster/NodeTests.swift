import Foundation
@testable import TestSupport
import Testing

extension WholeClusterTests {
    /// Several nodes under one master, and the overlay network between them. Each test goes on where the last one ended:
    /// labs on nodes that have never seen their image are dear.
    @Suite(
        .enabled(if: Cluster.component != nil, "the cluster's nodes are not ours to lose"), .threeNodes,
        .sampleClass(course: [:]), .serialized)
    struct NodeTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        private static let students = ["edu01", "edu02", "edu03"]

        /// The students' labs, running: each takes so much of a node that the scheduler does not put two on one while
        /// another is empty, and so little that the two that are left have room for those of three.
        private func labs() async throws -> [String: Place] {
            if try await sample.namespace.pods().isEmpty {
                let cpu = "\(try await ClusterNode.any().milliCPU * 2 / 5)m"
                let home = "persistentVolumeClaim: {size: 1Gi}"
                try await sample.change {
                    try sample.write(
                        CourseDocument(name: "wide", cpu: cpu, cpuRequest: cpu, home: home, startTimeout: "200s"))
                    for student in Self.students { try await sample.write(student: student, courses: ["wide"]) }
                }
            }
            let logins = try Self.students.map { try sample.ssh($0).start("cat /mybackup/hello.c") }
            for login in logins {
                let child = try await login.end(within: .seconds(150))
                #expect(child.output.contains("main"), "\(child.errors)")
            }
            var places: [String: Place] = [:]
            for student in Self.students { places[student] = try await place(of: student) }
            return places
        }

        /// Where a lab is.
        struct Place: Hashable {
            let node: String
            let address: String

            /// The number that the local cluster's programs know the node by; the first has none.
            var number: String? { node.hasPrefix("10.245.0.") ? String(node.dropFirst("10.245.0.".count)) : nil }
        }

        private func place(of student: String) async throws -> Place {
            let pod = try #require(await sample.namespace.pod(of: student, course: "wide"))
            return Place(
                node: try #require(pod["spec"]["nodeName"].string),
                address: try #require(pod["status"]["podIP"].string))
        }

        @Test("Labs spread over the nodes, each with its files and its logs within reach")
        func spread() async throws {
            let places = try await labs()
            #expect(Set(places.values.map(\.node)).count == 3, "\(places)")
            for pod in try await sample.namespace.pods() {
                // That there is nothing in it is for the lab to say; that it is read is for the node.
                try await sample.namespace.kubectl("logs", pod["metadata"]["name"].string ?? "", "--container=lab")
            }
        }

        @Test("Labs on different nodes reach each other over the overlay when that is allowed, and do not when it is not")
        func overlay() async throws {
            let places = try await labs()
            let server = """
                perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalPort => 7000, Listen => 5, ReuseAddr => 1);
                print "listening\\n"; while ($c = $s->accept) { print $c "hello from afar\\n"; close $c }'
                """
            let serving = try sample.ssh("edu01").with("-tt").start(server)
            defer { serving.kill() }
            try await serving.prints("listening", within: .seconds(20))
            let address = try #require(places["edu01"]).address
            let client = "timeout 5 bash -c 'cat < /dev/tcp/\(address)/7000'"
            for student in ["edu02", "edu03"] {
                #expect(try await sample.ssh(student).run(client).output == "hello from afar\n")
            }
            try await Cluster.local("policy", "deny")
            for student in ["edu02", "edu03"] {
                let child = try await sample.ssh(student).run(client)
                #expect(child.status != 0 && child.output == "", "\(student) is not cut off")
            }
            try await Cluster.local("policy", "allow")
            #expect(try await sample.ssh("edu02").run(client).output == "hello from afar\n")
        }

        @Test("A node lost under a running lab: its session ends with the reason, and the next login is elsewhere, at home")
        func lostNode() async throws {
            let places = try await labs()
            let student = try #require(Self.students.first { places[$0]?.number != nil })
            let place = try #require(places[student])
            let ssh = try sample.ssh(student)
            let running = try ssh.start("echo 'all my work' > work.txt; sync; echo begun; sleep 1000")
            try await running.prints("begun")
            let loss = ContinuousClock.now
            let number = try #require(place.number)
            try await Cluster.local("node", "unplug", number)
            do {
                try await goElsewhere(student, from: place, running, loss)
                try await Cluster.local("node", "plug", number)
            } catch {
                try await Cluster.local("node", "plug", number)
                throw error
            }
        }

        private func goElsewhere(
            _ student: String, from place: Place, _ running: RunningProcess, _ loss: ContinuousClock.Instant
        ) async throws {
            // Before the cluster knows of it.
            let hasty = try sample.ssh(student).start("cat work.txt")
            let child = try await running.end(within: .seconds(90))
            #expect(child.status == 254)
            #expect(child.errors.contains("the node that it ran on does not answer"), "\(child.errors)")
            #expect(child.errors.contains("Log in again"))

            let login = try sample.ssh(student).start("cat work.txt")
            let words = "waiting for your previous lab to end (its node does not answer; it is given up at"
            try await login.prints(words, within: .seconds(30))
            let again = try await login.end(within: .seconds(150))
            #expect(again.output == "all my work\n", "\(again.errors)")
            let last = try await hasty.end(within: .seconds(30))
            #expect(last.output == "all my work\n", "\(last.errors)")
            #expect(loss.duration(to: .now) < .seconds(180))
            let next = try await self.place(of: student)
            #expect(next.node != place.node)
        }
    }
}
