import Kubernetes
import Testing

@testable import Gateway

@Suite("A node that fetches images for many")
struct PullPostponementTests {
    private static let busy = "pull QPS exceeded"
    private static let missing = "manifest unknown"

    private static func failed(_ reason: String) -> Event {
        Event(type: "Warning", reason: "Failed", message: "Failed to pull image \"gcc:14\": \(reason)")
    }

    private static let noise = Event(type: "Warning", reason: "Failed", message: "Error: ImagePullBackOff")

    private static func holdsUp(
        _ reason: String = "ImagePullBackOff", after stage: LabStage? = nil, warnings: [Event] = []
    ) -> Bool {
        PullPostponement.holdsUp(
            LabObject(LabStateTests.pod(waiting: (reason, "no"))), lastStage: stage, warnings)
    }

    @Test("is waited for if the last try to fetch the image came too soon for it")
    func events() {
        #expect(Self.holdsUp(warnings: [Self.failed(Self.busy), Self.noise]))
        #expect(Self.holdsUp(warnings: [Self.failed(Self.missing), Self.failed(Self.busy)]))
        #expect(!Self.holdsUp(warnings: [Self.failed(Self.busy), Self.failed(Self.missing), Self.noise]))
        #expect(!Self.holdsUp(warnings: [Self.noise]))
    }

    @Test("is waited for if the pod has said so, and no event tells otherwise")
    func stage() {
        #expect(Self.holdsUp(after: .pulling(PullPostponement.words), warnings: [Self.noise]))
        #expect(!Self.holdsUp(after: .pulling(PullPostponement.words), warnings: [Self.failed(Self.missing)]))
        #expect(!Self.holdsUp(after: .pulling(nil)))
        #expect(!Self.holdsUp())
    }

    @Test("is no reason to wait for what is the matter otherwise", arguments: ["CrashLoopBackOff", "InvalidImageName"])
    func other(reason: String) {
        #expect(!Self.holdsUp(reason, after: .pulling(PullPostponement.words), warnings: [Self.failed(Self.busy)]))
    }

    @Test("is told where the pod itself says so", arguments: ["ErrImagePull", "ImagePullBackOff"])
    func told(reason: String) {
        let assessment = LabState(LabStateTests.pod(waiting: (reason, "Back-off: \(Self.busy)")))
        #expect(assessment == .starting(.pulling(PullPostponement.words)))
        #expect("\(LabStage.pulling(PullPostponement.words))".contains("fetches for many at once"))
    }
}
