import Testing

@testable import Gateway

@Suite("The watch over what a lab says")
struct OutputWatchTests {
    @Test("tells of silence", .timeLimit(.minutes(1)))
    func silence() async {
        let watch = OutputWatch(silenceLimit: .milliseconds(50), limit: .seconds(3600))
        #expect(await watch.reachesLimit() == "nothing has come for 0.05 seconds")
    }

    @Test("lets go on what says something, but not for ever", .timeLimit(.minutes(1)))
    func trickle() async {
        let watch = OutputWatch(silenceLimit: .seconds(3600), limit: .milliseconds(300))
        let reason = await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while (try? await Task.sleep(for: .milliseconds(10))) != nil { watch.noteOutput() }
            }
            defer { group.cancelAll() }
            return await watch.reachesLimit()
        }
        #expect(reason == "it has not ended within 0.3 seconds")
    }

    @Test("counts silence from the last output", .timeLimit(.minutes(1)))
    func lastOutput() async {
        let watch = OutputWatch(silenceLimit: .milliseconds(400), limit: .seconds(3600))
        let begin = ContinuousClock.now
        let reason = await withTaskGroup(of: Void.self) { group in
            group.addTask {
                try? await Task.sleep(for: .milliseconds(200))
                watch.noteOutput()
            }
            return await watch.reachesLimit()
        }
        #expect(reason != nil)
        #expect(ContinuousClock.now - begin >= .milliseconds(600))
    }

    @Test("ends with its task", .timeLimit(.minutes(1)))
    func cancellation() async {
        let watch = OutputWatch(silenceLimit: .seconds(3600), limit: .seconds(3600))
        let reasons = await withTaskGroup(of: String?.self) { group in
            group.addTask { await watch.reachesLimit() }
            group.cancelAll()
            return await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(reasons == [nil])
    }
}
