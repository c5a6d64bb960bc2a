import Foundation
@testable import TestSupport
import Testing

extension WholeClusterTests {
    /// What keeps images and room ready for labs, as `deploy/kubernetes/warm` has it.
    @Suite(.sampleClass)
    struct WarmStartTests {
        let sample: SampleClass
        let warm: WarmStart

        init() throws {
            sample = try .ofSuite()
            warm = WarmStart(namespace: sample.namespace)
        }

        @Test("The manifests are such as the API server takes, each by itself and all together")
        func manifests() async throws {
            try await sample.namespace.kubectl("apply", "--dry-run=server", "--kustomize", WarmStart.folder.path)
            for name in WarmStart.files {
                let file = WarmStart.folder.appending(path: name).path
                try await sample.namespace.kubectl("apply", "--dry-run=server", "--filename", file)
            }
        }

        @Test("An image holder runs on each node, and labgate takes it for nobody's lab")
        func imageHolder() async throws {
            try await sample.namespace.apply(warm.manifest("image-holder.yaml"))
            let holder = "daemonset/\(warm.prefix)image-holder"
            try await sample.namespace.kubectl("rollout", "status", holder, "--timeout=50s")
            let status = try await JSON(parsing: sample.namespace.kubectl("get", holder, "--output=json"))["status"]
            #expect(status["numberReady"].int ?? 0 > 0)
            #expect(status["numberReady"] == status["desiredNumberScheduled"])
            #expect(try await sample.namespace.pods().isEmpty)
        }

        @Test("A lab that finds no room takes a placeholder's, which waits until there is some again")
        func preemption() async throws {
            let node = try await ClusterNode.any()
            // Room for one of the two.
            let cpu = "\(node.milliCPU * 3 / 5)m"
            try await warm.provide(on: node, cpu: cpu)
            do {
                try await givesWay(to: cpu, on: node)
            } catch {
                try await warm.remove()
                throw error
            }
            try await warm.remove()
        }

        private func givesWay(to cpu: String, on node: ClusterNode) async throws {
            let kept = try await warm.placeholder(isReady: true)
            try await sample.change {
                var course = CourseDocument(name: "warm", cpu: cpu)
                let container = "{name: lab, resources: {requests: {cpu: \(cpu)}}}"
                course.podTemplate =
                    "{spec: {priorityClassName: \(warm.prefix)lab, nodeSelector: \(node.selector), containers: [\(container)]}}"
                try sample.write(course)
                try await sample.write(student: "early", courses: ["warm"])
            }
            let child = try await sample.ssh("early").run("echo in")
            #expect(child.output == "in\n", "\(child.errors)")
            #expect(child.duration < .seconds(20), "\(child.duration)")

            let lab = try #require(await sample.namespace.pod(of: "early", course: "warm"))
            #expect(lab["spec"]["priority"].int == 0)
            let preempted = try await sample.namespace.kubectl(
                "get", "events", "--field-selector=reason=Preempted", "--output=jsonpath={.items[*].involvedObject.uid}")
            // The scheduler may say it more than once.
            #expect(Set(preempted.split(separator: " ").map(String.init)) == [kept])
            let waiting = try await warm.placeholder(isReady: false)
            #expect(waiting != kept)

            #expect(try await sample.ssh("early").run(":stop").status == 0)
            #expect(try await warm.placeholder(isReady: true) == waiting)
        }
    }
}
