import Testing

@testable import Kubernetes

@Suite("The sign of a stream")
struct PodStreamFlowTests {
    private let flow = PodStreamFlow(configuration: PodStreamConfiguration())

    /// Whether a sign comes while `body` runs.
    private func sees(_ body: () async -> Void) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            let sign = flow.sign()
            group.addTask {
                for await _ in sign {}
                return !Task.isCancelled
            }
            await body()
            try? await Task.sleep(for: .milliseconds(50))
            group.cancelAll()
            return await group.next() ?? false
        }
    }

    @Test("comes with output, which stays to be taken, and with the end")
    func outputAndEnd() async {
        #expect(await sees {} == false)
        #expect(await sees { flow.deliver(.stdout([65])) })
        #expect(await sees {}, "output that is there already is a sign")
        guard case .output(.stdout([65]), _) = flow.takeOutput() else { Issue.record("the output is lost"); return }
        #expect(await sees {} == false)
        #expect(await sees { flow.end(.exited(code: 0)) })
        #expect(await sees {})
        #expect(flow.result == .exited(code: 0))
    }
}
