import Foundation
import Testing

@testable import Kubernetes

@Suite("A pod")
struct PodTests {
    private func decode<Value: Decodable>(_ json: String, as type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder.kubernetes().decode(Value.self, from: Data(json.utf8))
    }

    @Test("is read as far as it is used, unknown fields ignored")
    func full() throws {
        let pod: Pod = try decode(
            """
            {"kind":"Pod","apiVersion":"v1","metadata":{"name":"lab-1","namespace":"lab","uid":"u1",
            "resourceVersion":"77","labels":{"a":"b"},"annotations":{"c":"d"},"managedFields":[{}],
            "creationTimestamp":"2024-02-03T04:05:06Z"},
            "spec":{"nodeName":"n1","containers":[{"name":"main","image":"gcc","resources":{}}]},
            "status":{"phase":"Running","podIP":"10.0.0.2","hostIP":"10.1.0.1","startTime":"2024-02-03T04:05:07Z",
            "conditions":[{"type":"Ready","status":"True"},
            {"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"0/1 nodes"}],
            "initContainerStatuses":[{"name":"init","state":{"terminated":{"exitCode":1,"reason":"Error"}}}],
            "containerStatuses":[{"name":"main","ready":true,"restartCount":2,"state":{"running":{"startedAt":"x"}},
            "lastState":{"terminated":{"exitCode":137,"signal":9,"reason":"OOMKilled","message":"m"}}}]}}
            """)
        #expect(pod.metadata.name == "lab-1")
        #expect(pod.metadata.uid == "u1")
        #expect(pod.metadata.resourceVersion == "77")
        #expect(pod.metadata.labels == ["a": "b"])
        #expect(pod.metadata.creationTimestamp == Date(timeIntervalSince1970: 1_706_933_106))
        #expect(pod.spec.containers == [Container(name: "main", image: "gcc")])
        #expect(pod.status.phase == .running)
        #expect(pod.isReady)
        #expect(!pod.isTerminating)
        #expect(pod.status.condition("PodScheduled")?.reason == "Unschedulable")
        let main = try #require(pod.containerStatus("main"))
        #expect(main.state == .running)
        #expect(
            main.lastState == .terminated(.init(exitCode: 137, signal: 9, reason: "OOMKilled", message: "m")))
        #expect(pod.status.initContainerStatuses.first?.state == .terminated(.init(exitCode: 1, reason: "Error")))
    }

    @Test("is read although nearly everything is missing or empty")
    func sparse() throws {
        let pod: Pod = try decode(#"{"metadata":{"name":"x","creationTimestamp":null}}"#)
        #expect(pod == Pod(metadata: ObjectMeta(name: "x")))
        let waiting: Pod = try decode(
            """
            {"metadata":{"name":"x","deletionTimestamp":"2024-02-03T04:05:06Z"},"spec":{},"status":{"containerStatuses":
            [{"name":"a","state":{"waiting":{"reason":"ImagePullBackOff","message":"m"}},"lastState":{}},
            {"name":"b","state":{"future":{}}}]}}
            """)
        #expect(waiting.isTerminating)
        #expect(waiting.containerStatus("a")?.state == .waiting(reason: "ImagePullBackOff", message: "m"))
        #expect(waiting.containerStatus("a")?.lastState == nil)
        #expect(waiting.containerStatus("b")?.state == nil)
    }

    @Test("has events with either form of time")
    func events() throws {
        let classic: Event = try decode(
            #"{"type":"Warning","reason":"Failed","message":"m","count":3,"lastTimestamp":"2024-02-03T04:05:06Z","eventTime":null}"#
        )
        #expect(classic.count == 3)
        let micro: Event = try decode(
            #"{"type":"Normal","reason":"Scheduled","message":"m","lastTimestamp":null,"eventTime":"2024-02-03T04:05:06.000000Z"}"#
        )
        #expect(micro.lastTimestamp == classic.lastTimestamp)
        #expect(micro.count == 1)
    }

    @Test(
        "comes from a server whose version may carry a vendor's suffix",
        arguments: [
            (#"{"major":"1","minor":"20","gitVersion":"v1.20.2"}"#, 1, 20),
            (#"{"major":"1","minor":"29+","gitVersion":"v1.29.1-eks"}"#, 1, 29),
            (#"{"major":"","minor":"x","gitVersion":"v0"}"#, 0, 0),
        ])
    func version(json: String, major: Int, minor: Int) throws {
        let version: ServerVersion = try decode(json)
        #expect(version.major == major)
        #expect(version.minor == minor)
    }

    @Test("has statuses whose exit code counts only with the right reason and cause")
    func exitCodes() throws {
        let code: Status = try decode(
            #"{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"42"}]}}"#
        )
        #expect(code.exitCode == 42)
        let other: Status = try decode(
            #"{"status":"Failure","reason":"InternalError","details":{"causes":[{"reason":"ExitCode","message":"42"}]}}"#
        )
        #expect(other.exitCode == nil)
        #expect(throws: DecodingError.self) { try decode(#"{"kind":"Pod"}"#, as: Status.self) }
    }

    @Test("has started once the kubelet reports a container that does not wait for its first start")
    func hasStarted() {
        func pod(_ state: ContainerState?, lastState: ContainerState? = nil, restartCount: Int = 0) -> Pod {
            let status = ContainerStatus(name: "lab", restartCount: restartCount, state: state, lastState: lastState)
            return Pod(metadata: ObjectMeta(name: "lab"), status: PodStatus(containerStatuses: [status]))
        }
        let (waiting, ended) = (
            ContainerState.waiting(reason: "ImagePullBackOff", message: nil),
            ContainerState.terminated(.init(exitCode: 1))
        )
        #expect(!Pod(metadata: ObjectMeta(name: "lab")).hasStarted)
        #expect(!pod(nil).hasStarted)
        #expect(!pod(waiting).hasStarted)
        #expect(pod(waiting, lastState: ended, restartCount: 1).hasStarted)
        #expect(pod(waiting, restartCount: 1).hasStarted)
        #expect(pod(.running).hasStarted)
        #expect(pod(ended).hasStarted)
    }
}
