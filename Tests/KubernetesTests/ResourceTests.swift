import Foundation
import NIOHTTP1
import Testing

@testable import Kubernetes

@Suite("Any resource")
struct ResourceTests {
    private static let courses = ResourceType<CustomResource>(
        group: "labgate.dev", version: "v1alpha1", plural: "courses")
    private static let courseJSON = #"""
        {"apiVersion":"labgate.dev/v1alpha1","kind":"Course","metadata":{"name":"c","uid":"u1","resourceVersion":"7"},
        "spec":{"image":"gcc"},"status":{"labs":3}}
        """#

    private func json(_ request: FakeAPIServer.Request) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: Data(request.body.utf8))
    }

    @Test("has a path by its group, its encoded namespace and names")
    func paths() {
        #expect(ResourceType.pods.path(namespace: "a/b") == "/api/v1/namespaces/a%2Fb/pods")
        #expect(
            Self.courses.path(namespace: "lab", name: "c", subresource: "status")
                == "/apis/labgate.dev/v1alpha1/namespaces/lab/courses/c/status")
        #expect(ResourceType.leases.apiVersion == "coordination.k8s.io/v1")
        #expect("\(ResourceType.pods) \(Self.courses)" == "pods courses.labgate.dev")
    }

    @Test("is read as a custom resource with whatever is in it")
    func get() async throws {
        let (request, course) = try await FakeAPIServer.record(Self.courseJSON) {
            try await $0.get(Self.courses, named: "c", namespace: "lab")
        }
        #expect(request.path == "/apis/labgate.dev/v1alpha1/namespaces/lab/courses/c")
        #expect(course.kind == "Course")
        #expect(course.spec == ["image": "gcc"])
        #expect(course.status == ["labs": 3])
        #expect(course.reference.apiVersion == "labgate.dev/v1alpha1")
        let sparse = try JSONDecoder.kubernetes().decode(
            CustomResource.self, from: Data(#"{"metadata":{"name":"c"}}"#.utf8))
        #expect(sparse.spec == .null)
        #expect(sparse.status == nil)
    }

    @Test("is listed by labels and fields")
    func list() async throws {
        let (request, courses) = try await FakeAPIServer.record(#"{"metadata":{},"items":[\#(Self.courseJSON)]}"#) {
            try await $0.list(Self.courses, namespace: "lab", labelSelector: "a=b", fieldSelector: "metadata.name=c")
        }
        #expect(request.hasQuery("labelSelector=a%3Db"))
        #expect(request.hasQuery("fieldSelector=metadata.name%3Dc"))
        #expect(courses.map(\.metadata.name) == ["c"])
    }

    @Test("is replaced with the version that was read, and tells a conflict")
    func replace() async throws {
        let manifest: JSONValue = ["metadata": ["name": "c", "resourceVersion": "7"]]
        let (request, _) = try await FakeAPIServer.record(Self.courseJSON) {
            try await $0.replace(Self.courses, with: manifest, namespace: "lab")
        }
        #expect(request.head.method == .PUT)
        #expect(request.path == "/apis/labgate.dev/v1alpha1/namespaces/lab/courses/c")
        try #expect(json(request) == manifest)
        let status = #"{"kind":"Status","reason":"Conflict","message":"the object has been modified","code":409}"#
        let (_, refusal) = try await FakeAPIServer.record(.conflict, status) { client in
            await #expect(throws: APIError.self) {
                try await client.replace(Self.courses, with: manifest, namespace: "lab")
            }
        }
        #expect(refusal?.isConflict == true)
        #expect(refusal?.isRetryable == false)
        #expect(refusal?.operation == "update courses.labgate.dev lab/c")
    }

    @Test("has its status patched apart from the rest")
    func patchStatus() async throws {
        let (request, course) = try await FakeAPIServer.record(Self.courseJSON) {
            try await $0.mergePatch(
                Self.courses, named: "c", namespace: "lab", subresource: "status", ["status": ["labs": 3]])
        }
        #expect(request.head.method == .PATCH)
        #expect(request.path == "/apis/labgate.dev/v1alpha1/namespaces/lab/courses/c/status")
        #expect(request.head.headers["Content-Type"] == ["application/merge-patch+json"])
        try #expect(json(request) == ["status": ["labs": 3]])
        #expect(course.status == ["labs": 3])
    }

    @Test("is deleted without preconditions unless some are given")
    func delete() async throws {
        let (request, _) = try await FakeAPIServer.record("{}") {
            try await $0.delete(.leases, named: "l", namespace: "lab")
        }
        #expect(request.path == "/apis/coordination.k8s.io/v1/namespaces/lab/leases/l")
        try #expect(json(request) == ["apiVersion": "v1", "kind": "DeleteOptions"])
    }

    @Test("is what events are about, each with a name of its own that fits", arguments: ["one", longName])
    func events(name: String) async throws {
        let pod = ObjectReference(apiVersion: "v1", kind: "Pod", name: name, namespace: "lab", uid: "u1")
        var names: Set<String> = []
        for _ in 0..<2 {
            let (request, _) = try await FakeAPIServer.record("{}") {
                try await $0.createEvent(
                    about: pod, type: .normal, reason: "LabStopped", message: "idle for 1 h", namespace: "lab")
            }
            #expect(request.path == "/api/v1/namespaces/lab/events")
            let event = try json(request)
            #expect(
                event["involvedObject"] == [
                    "apiVersion": "v1", "kind": "Pod", "name": .string(name), "namespace": "lab", "uid": "u1",
                ])
            #expect(event["type"] == "Normal")
            #expect(event["reason"] == "LabStopped")
            #expect(event["message"] == "idle for 1 h")
            #expect(event["reportingComponent"] == "labgate")
            names.insert(try #require(event["metadata"]?["name"]?.string))
        }
        #expect(names.count == 2)
        #expect(names.allSatisfy { $0.count <= 253 && !$0.contains("-.") && !$0.contains("..") })
    }

    /// The longest name there is, with a hyphen where it is cut.
    private static let longName = String(repeating: "x", count: 229) + "-" + String(repeating: "x", count: 23)
}
