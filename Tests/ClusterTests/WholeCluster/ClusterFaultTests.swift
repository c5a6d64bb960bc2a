import Foundation
@testable import TestSupport
import Testing

extension WholeClusterTests {
    /// Faults of the cluster under a student's hands.
    @Suite(.sampleClass(labsOf: "edu01"))
    struct ClusterFaultTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        /// The sentence on standard error ends with an id that is in the log.
        private func checkSentence(_ child: ChildProcess) throws {
            let match = try #require(child.errors.firstMatch(of: /labgate: .+ \[([^\]]+)\]/), "\(child.errors)")
            let gateway = try sample.gateway
            #expect(gateway.logged("lab session failed").contains { $0["session"].string == String(match.1) })
        }

        @Test("A lab that is deleted ends its sessions with a sentence, and the next login gets a new one")
        func deletedLab() async throws {
            let running = try sample.ssh().start("echo begun; sleep 100")
            try await running.prints("begun")
            let first = try #require(await sample.namespace.pod(of: "edu01"))
            try await sample.namespace.kubectl("delete", "pod", first["metadata"]["name"].string ?? "", "--wait=false")
            let child = try await running.end(within: .seconds(30))
            #expect(child.status != 0)
            try checkSentence(child)
            #expect(child.errors.contains("your lab"), "\(child.errors)")
            #expect(try await sample.ssh().run("echo again").output == "again\n")
        }

        @Test("A lab that is evicted ends its sessions with a sentence, and the next login gets a new one")
        func evictedLab() async throws {
            let running = try sample.ssh().start("echo begun; sleep 100")
            try await running.prints("begun")
            let pod = try #require(await sample.namespace.pod(of: "edu01"))["metadata"]["name"].string ?? ""
            let version = try await Cluster.kubectl(["api-versions"]).contains("policy/v1\n") ? "v1" : "v1beta1"
            try await sample.namespace.kubectl(
                "create", "--filename=-", "--raw", "/api/v1/namespaces/\(sample.namespace.name)/pods/\(pod)/eviction",
                input: "{\"apiVersion\": \"policy/\(version)\", \"kind\": \"Eviction\", \"metadata\": {\"name\": \"\(pod)\"}}")
            let child = try await running.end(within: .seconds(30))
            #expect(child.status != 0)
            try checkSentence(child)
            #expect(child.errors.contains("your lab"), "\(child.errors)")
            #expect(try await sample.ssh().run("echo again").output == "again\n")
        }

        @Test("A command that wants more memory than the lab has is killed, and its status says so")
        func outOfMemory() async throws {
            let child = try await sample.ssh().run("head -c 2000M /dev/zero | tail > /dev/null", within: .seconds(120))
            #expect(child.status == 137, "\(child.errors)")
            #expect(try await sample.ssh().run("echo again", within: .seconds(120)).output == "again\n")
        }

        @Test(
            "A session whose container's runtime is killed ends with 254 and a sentence",
            .enabled(if: Cluster.component != nil))
        func killedShim() async throws {
            let running = try sample.ssh().start("echo begun; sleep 7002")
            try await running.prints("begun")
            // Seen from the node, the shim is an ancestor of everything in the container.
            let script = """
                until pid=$(pgrep -fx 'sleep 7002'); do sleep 0.1; done
                until [ "$(cat /proc/$pid/comm)" = containerd-shim ]; do pid=$(ps -o ppid= -p $pid | tr -d ' '); done
                kill -KILL $pid
                """
            try await #require(ChildProcess.run(["timeout", "10", "bash", "-c", script]).status == 0)
            let child = try await running.end(within: .seconds(60))
            #expect(child.status == 254)
            try checkSentence(child)
            #expect(child.errors.contains("was lost") || child.errors.contains("your lab"), "\(child.errors)")
            #expect(try await sample.ssh().run("echo again", within: .seconds(90)).output == "again\n")
        }

        @Test(
            "A session whose node loses its kubelet or its runtime ends with 254 and a sentence; the lab lives on",
            .enabled(if: Cluster.component != nil), arguments: ["kubelet", "containerd"])
        func killedNodePart(_ component: String) async throws {
            let running = try sample.ssh().start("echo begun; sleep 7003")
            try await running.prints("begun")
            let uid = try await sample.namespace.pod(of: "edu01")?["metadata"]["uid"].string
            try await Cluster.component("kill", component)
            let child: ChildProcess
            do {
                child = try await running.end(within: .seconds(60))
                try await Cluster.component("start", component)
            } catch {
                try await Cluster.component("start", component)
                throw error
            }
            #expect(child.status == 254)
            try checkSentence(child)
            #expect(try await sample.ssh().run("echo again", within: .seconds(90)).output == "again\n")
            #expect(try await sample.namespace.pod(of: "edu01")?["metadata"]["uid"].string == uid)
        }

        @Test(
            "A part of the node that crashes is started again: the next login works",
            .enabled(if: Cluster.component != nil), arguments: ["kubelet", "containerd"])
        func crashedNodePart(_ component: String) async throws {
            _ = try await sample.ssh().run("true", within: .seconds(90))
            let crashed = try await Cluster.processID(ofComponent: component)
            try await #require(ChildProcess.run(["kill", "-SEGV", crashed]).status == 0)
            let isBack = try await eventually {
                guard let processID = try? await Cluster.processID(ofComponent: component) else { return false }
                return processID != crashed
            }
            try #require(isBack)
            #expect(try await sample.ssh().run("echo again", within: .seconds(90)).output == "again\n")
        }

        @Test(
            "A session whose whole node goes ends with 254 and a sentence; once the node is back the next login works",
            .enabled(if: Cluster.component != nil))
        func lostNode() async throws {
            let running = try sample.ssh().start("echo begun; sleep 7004")
            try await running.prints("begun")
            let script = """
                until pid=$(pgrep -fx 'sleep 7004'); do sleep 0.1; done
                until [ "$(cat /proc/$pid/comm)" = containerd-shim ]; do pid=$(ps -o ppid= -p $pid | tr -d ' '); done
                kill -KILL $pid; pkill -KILL -fx 'sleep 7004'
                """
            let child: ChildProcess
            do {
                // All at once, as when its power is cut: nobody is left there to say anything.
                for part in ["kubelet", "containerd"] { try await Cluster.component("kill", part) }
                try await #require(ChildProcess.run(["timeout", "10", "bash", "-c", script]).status == 0)
                child = try await running.end(within: .seconds(60))
                for part in ["containerd", "kubelet"] { try await Cluster.component("start", part) }
            } catch {
                for part in ["containerd", "kubelet"] { try? await Cluster.component("start", part) }
                throw error
            }
            #expect(child.status == 254)
            try checkSentence(child)
            #expect(try await sample.ssh().run("echo again", within: .seconds(120)).output == "again\n")
        }

        @Test("A login while the API server is away waits for it, says so, and succeeds", .enabled(if: Cluster.component != nil))
        func loginWithoutAPIServer() async throws {
            let (warm, cold) = try (sample.ssh("edu01"), sample.ssh("edu02"))
            _ = try await warm.run("true")
            try await Cluster.component("kill", "kube-apiserver")
            var logins: [RunningProcess] = []
            do {
                logins = try [warm, cold].map { try $0.start("echo in") }
                for login in logins { try await login.prints("labgate: ", within: .seconds(10)) }
                try await Cluster.component("start", "kube-apiserver")
            } catch {
                try await Cluster.component("start", "kube-apiserver")
                throw error
            }
            for login in logins {
                let child = try await login.end(within: .seconds(60))
                #expect(child.output == "in\n", "\(child.errors)")
                #expect(child.status == 0)
            }
            // Whatever happened meanwhile is known again.
            let pod = try #require(await sample.namespace.pod(of: "edu02"))
            try await sample.namespace.kubectl("delete", "pod", pod["metadata"]["name"].string ?? "", "--wait=false")
            #expect(try await cold.run("echo anew").output == "anew\n")
        }

        @Test("A lab session whose API server dies ends with 254 and a sentence; the next one works", .enabled(if: Cluster.component != nil))
        func sessionWithoutAPIServer() async throws {
            _ = try await sample.ssh().run("true")
            let running = try sample.ssh().start("echo begun; exec sleep 7005")
            try await running.prints("begun")
            try await Cluster.component("kill", "kube-apiserver")
            let child: ChildProcess
            do {
                child = try await running.end(within: .seconds(30))
                try await Cluster.component("start", "kube-apiserver")
            } catch {
                try await Cluster.component("start", "kube-apiserver")
                throw error
            }
            #expect(child.status == 254)
            try checkSentence(child)
            #expect(try await sample.ssh().run("echo again").output == "again\n")
            // Whose session was lost is not left to itself.
            let isHungUp = try await eventually(within: .seconds(30), every: .milliseconds(300)) {
                try await sample.ssh().run("cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -c '[s]leep 7005'").output
                    == "0\n"
            }
            #expect(isHungUp)
        }
    }
}
