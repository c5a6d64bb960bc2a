import Kubernetes
import Testing

@testable import Gateway

@Suite("The queue of labs to be measured")
struct MeterQueueTests {
    private func labs(_ nodes: String) -> [Lab] {
        nodes.enumerated().map {
            Lab(Pod(metadata: ObjectMeta(name: "\($0.offset)"), spec: PodSpec(nodeName: String($0.element))))
        }
    }

    private func names(_ queue: inout MeterQueue) -> [String] {
        var names: [String] = []
        while let lab = queue.next() { names.append(lab.name) }
        return names
    }

    @Test("keeps the order, and goes on with another node when one has enough to do")
    func perNode() {
        var queue = MeterQueue(labs(String(repeating: "a", count: 10) + "bc"))
        let first = names(&queue)
        #expect(first == ["0", "1", "2", "3", "4", "5", "6", "7", "10", "11"])
        queue.ended(labs("a")[0])
        let second = names(&queue)
        #expect(second == ["8"])
    }

    @Test("lets only so many begin at once")
    func total() {
        var queue = MeterQueue(labs(String(repeating: "abcdefgh", count: 8)))
        let first = names(&queue)
        #expect(first.count == MeterQueue.maximumCount)
        queue.ended(labs("a")[0])
        let second = names(&queue)
        #expect(second == ["32"])
    }
}
