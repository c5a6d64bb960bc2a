import Foundation
import Logging
import Testing

@testable import Kubernetes

/// Runs against the real cluster that `LABGATE_TEST_KUBECONFIG` names, in a namespace of its own.
/// `LABGATE_TEST_IMAGE` names an image with bash and coreutils.
@Suite("A real cluster", .enabled(if: TestCluster.kubeconfig != nil), .serialized)
struct ClusterTests {
    @Test("tells its version")
    func version() async throws {
        try await TestCluster.withClient { client in
            let version = try await client.version()
            #expect(version.major == 1)
            #expect(version.minor >= 20)
            #expect(version.gitVersion.hasPrefix("v1."))
        }
    }

    @Test("runs a pod through create, watch, annotate, conflict and delete")
    func podLife() async throws {
        try await TestCluster.withNamespace { client, namespace in
            let cache = PodCache(
                client: client, namespace: namespace, labelSelector: "app=test", logger: TestCluster.logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await cache.run() }
                try await cache.waitUntilSynced()
                #expect(cache.pods.isEmpty)
                var updates = cache.updates(ofPodNamed: "one").makeAsyncIterator()
                #expect(await updates.next() == .some(nil))

                let created = try await client.createPod(TestCluster.pod("one"), namespace: namespace)
                let again = await #expect(throws: APIError.self) {
                    try await client.createPod(TestCluster.pod("one"), namespace: namespace)
                }
                #expect(again?.isAlreadyExists == true)
                #expect(again?.isRetryable == false)
                while let pod = await updates.next(), pod?.isReady != true {}
                #expect(cache.pod(named: "one")?.containerStatus("main")?.state == .running)
                #expect(cache.pod(named: "one")?.status.phase == .running)
                try await #expect(client.listPods(namespace: namespace, labelSelector: "app=test").count == 1)
                try await #expect(client.listPods(namespace: namespace, labelSelector: "app=other").isEmpty)

                try await annotate(client, namespace, created)
                while let pod = await updates.next(), pod?.metadata.annotations["labgate.dev/a"] != "2" {}

                let events = try await client.events(involvedObjectUID: created.metadata.uid, namespace: namespace)
                #expect(events.contains { $0.reason == "Scheduled" })
                #expect(events.contains { $0.reason == "LabStopped" && $0.type == "Warning" })

                let wrong = await #expect(throws: APIError.self) {
                    try await client.deletePod(named: "one", namespace: namespace, uid: "not-this-one")
                }
                #expect(wrong?.isConflict == true)
                try await client.deletePod(
                    named: "one", namespace: namespace, uid: created.metadata.uid, gracePeriod: .zero)
                while let pod = await updates.next(), pod != nil {}
                #expect(cache.pod(named: "one") == nil)
                let gone = await #expect(throws: APIError.self) {
                    try await client.pod(named: "one", namespace: namespace)
                }
                #expect(gone?.isNotFound == true)
                group.cancelAll()
            }
        }
    }

    private func annotate(_ client: APIClient, _ namespace: String, _ created: Pod) async throws {
        try await client.annotatePod(
            named: "one", namespace: namespace, annotations: ["labgate.dev/a": "1", "labgate.dev/b": "x"])
        let changed = try await client.annotatePod(
            named: "one", namespace: namespace, uid: created.metadata.uid,
            annotations: ["labgate.dev/a": "2", "labgate.dev/b": nil])
        #expect(changed.metadata.annotations["labgate.dev/a"] == "2")
        #expect(changed.metadata.annotations["labgate.dev/b"] == nil)
        let conflict = await #expect(throws: APIError.self) {
            try await client.annotatePod(
                named: "one", namespace: namespace, uid: "not-this-one", annotations: ["labgate.dev/a": "3"])
        }
        #expect(conflict?.isConflict == true)
        #expect(conflict?.isRetryable == false)
        let stale = await #expect(throws: APIError.self) {
            try await client.annotatePod(
                named: "one", namespace: namespace, resourceVersion: created.metadata.resourceVersion,
                annotations: ["labgate.dev/a": "3"])
        }
        #expect(stale?.isConflict == true)
        let staleDeletion = await #expect(throws: APIError.self) {
            try await client.deletePod(
                named: "one", namespace: namespace, resourceVersion: created.metadata.resourceVersion)
        }
        #expect(staleDeletion?.isConflict == true)
        try await client.createEvent(
            about: created.reference, type: .warning, reason: "LabStopped", message: "m", namespace: namespace)
    }

    @Test("keeps claims, and answers what may be done")
    func claimsAndReviews() async throws {
        try await TestCluster.withNamespace { client, namespace in
            let manifest: JSONValue = [
                "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": ["name": "home"],
                "spec": [
                    "accessModes": ["ReadWriteOnce"], "storageClassName": "none-such",
                    "resources": ["requests": ["storage": "1Mi"]],
                ],
            ]
            try await client.createPersistentVolumeClaim(manifest, namespace: namespace)
            let claim = try await client.persistentVolumeClaim(named: "home", namespace: namespace)
            #expect(claim.metadata.name == "home")
            #expect(claim.phase == "Pending")
            let review = try await client.selfSubjectAccessReview(
                .init(verb: "create", resource: "pods", subresource: "exec", namespace: namespace))
            #expect(review.allowed)
        }
    }

    @Test("refuses what the quota does not allow, in its own words")
    func quota() async throws {
        try await TestCluster.withNamespace { client, namespace in
            let quota: JSONValue = [
                "apiVersion": "v1", "kind": "ResourceQuota", "metadata": ["name": "none"],
                "spec": ["hard": ["pods": "0"]],
            ]
            let quotas = ResourceType<JSONValue>(version: "v1", plural: "resourcequotas")
            try await client.create(quotas, quota, namespace: namespace)
            var refusal: APIError?
            _ = try await eventually {
                do {
                    _ = try await client.createPod(TestCluster.pod("one"), namespace: namespace)
                    try await client.deletePod(named: "one", namespace: namespace, gracePeriod: .zero)
                } catch let error as APIError where !error.isAlreadyExists { refusal = error }
                return refusal != nil
            }
            #expect(refusal?.isExceededQuota == true)
            #expect(refusal?.isRetryable == false)
            #expect(refusal?.message.contains("exceeded quota: none") == true)
        }
    }
}
