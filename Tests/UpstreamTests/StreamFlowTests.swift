import Testing

@testable import Upstream

@Suite("The flow of a stream")
struct StreamFlowTests {
    private let flow = StreamFlow<String>(bounds: StreamBounds())

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

    @Test("gives a sign with output, which stays to be taken, and with the end")
    func outputAndEnd() async {
        #expect(await sees {} == false)
        #expect(await sees { flow.deliver(.stdout([65])) })
        #expect(await sees {}, "output that is there already is a sign")
        guard case .output(.stdout([65]), _) = flow.takeOutput() else { Issue.record("the output is lost"); return }
        #expect(await sees {} == false)
        #expect(await sees { flow.end("over") })
        #expect(await sees {})
        #expect(flow.ending == "over")
    }

    /// A flow with bounds of its own.
    private func flow(_ adjust: (inout StreamBounds) -> Void) -> StreamFlow<String> {
        var bounds = StreamBounds()
        adjust(&bounds)
        return StreamFlow(bounds: bounds)
    }

    /// Everything that can be taken now.
    private func taken(from flow: StreamFlow<String>) -> [ProgramOutput] {
        var outputs: [ProgramOutput] = []
        while case .output(let output, _) = flow.takeOutput() { outputs.append(output) }
        return outputs
    }

    @Test("hands small pieces that have piled up over as one, by stream and up to a bound")
    func joinedOutput() {
        let flow = flow { $0.outputPieceBytes = 4 }
        for text in ["ab", "cd", "e"] { flow.deliver(.stdout(Array(text.utf8))) }
        for text in ["f", "g"] { flow.deliver(.stderr(Array(text.utf8))) }
        flow.deliver(.stdout(Array("longer".utf8)))
        #expect(flow.outputBytes == 13)
        #expect(
            taken(from: flow) == [
                .stdout(Array("abcd".utf8)), .stdout(Array("e".utf8)), .stderr(Array("fg".utf8)),
                .stdout(Array("longer".utf8)),
            ])
        #expect(flow.outputBytes == 0)
    }

    @Test("hands a piece to the consumer that waits, and nil to one that another takes the place of")
    func waitingConsumers() async {
        var waiting = 0
        let output = await withCheckedContinuation { consumer in
            waiting += flow.awaitOutput(consumer) ? 0 : 1
            flow.deliver(.stdout([65]))
        }
        #expect(output == .stdout([65]))
        #expect(waiting == 1 && flow.outputBytes == 0)
        await withTaskGroup(of: ProgramOutput?.self) { group in
            for _ in 0..<2 {
                group.addTask { [flow] in await withCheckedContinuation { _ = flow.awaitOutput($0) } }
            }
            #expect(await group.next() == .some(nil))
            flow.deliver(.stdout([66]))
            #expect(await group.next() == .stdout([66]))
        }
    }

    @Test("goes on reading also when the output came between looking and waiting")
    func readControlOfWaiter() async throws {
        let flow = flow {
            $0.outputHighWatermark = 10
            $0.outputLowWatermark = 4
        }
        guard case .wait = flow.takeOutput() else { Issue.record("there is nothing yet"); return }
        flow.deliver(.stdout(Array("0123456789".utf8)))
        #expect(!flow.permitReading() && flow.isReadingPaused)
        var resumesReading = false
        let output = await withCheckedContinuation { resumesReading = flow.awaitOutput($0) }
        #expect(output == .stdout(Array("0123456789".utf8)))
        #expect(resumesReading && !flow.isReadingPaused)
    }

    @Test("grants room for input in turn until there is none, and again once enough has gone")
    func inputRoom() async {
        let flow = flow {
            $0.inputHighWatermark = 10
            $0.inputLowWatermark = 4
        }
        #expect(flow.reserveInput(byteCount: 9, closesInput: false) == .granted)
        #expect(flow.reserveInput(byteCount: 9, closesInput: false) == .granted)
        #expect(flow.reserveInput(byteCount: 1, closesInput: false) == .wait)
        flow.inputAccepted(byteCount: 9)
        #expect(flow.reserveInput(byteCount: 1, closesInput: false) == .granted)
        await withCheckedContinuation { writer in
            flow.awaitInputRoom(writer)
            flow.inputAccepted(byteCount: 9)
        }
        #expect(flow.reserveInput(byteCount: 0, closesInput: true) == .granted)
        #expect(flow.reserveInput(byteCount: 1, closesInput: false) == .closed)
    }

    @Test("keeps the first of several endings for after the output, and takes no output behind it")
    func endings() {
        flow.deliver(.stdout([65]))
        flow.end("first")
        flow.end("second")
        flow.deliver(.stdout([66]))
        #expect(flow.ending == nil)
        #expect(taken(from: flow) == [.stdout([65])])
        #expect(flow.ending == "first")
        #expect(flow.reserveInput(byteCount: 1, closesInput: false) == .closed)
    }
}
