import SSHServer
import Synchronization
import TestSupport
import Testing

@testable import Gateway

@Suite("The confirmation of a forwarded connection")
struct ConfirmationTests {
    /// A lab that is asked how its port takes connections, and that answers with these words, the last again and again.
    private final class AskedLab: Sendable {
        private let answers: [PortState?]
        private let count = Atomic(0)

        init(_ answers: PortState?...) { self.answers = answers }

        /// How often it was asked.
        var questions: Int { count.load(ordering: .relaxed) }

        func ask() -> PortState? {
            let number = count.add(1, ordering: .relaxed).oldValue
            return answers[min(number, answers.count - 1)]
        }
    }

    private static func never() async {
        try? await Task.sleep(for: .seconds(3600))
    }

    /// Waits for a confirmation; returns why there is none, if there is none.
    private func refusal(
        from lab: AskedLab, openingTime: Duration = .zero, limit: Duration = .milliseconds(300),
        sign: @escaping @Sendable () async -> Void = { await Self.never() }
    ) async -> String? {
        let confirmation = Confirmation(
            port: 80, openingTime: openingTime, sign: sign, ask: { lab.ask() }, pause: .milliseconds(20), limit: limit)
        do {
            try await confirmation.wait()
            return nil
        } catch {
            return error.reason
        }
    }

    @Test("A sign of the stream ends the wait, and the lab is not asked")
    func sign() async {
        let lab = AskedLab(.closed)
        #expect(await refusal(from: lab, openingTime: .seconds(1)) { try? await Task.sleep(for: .milliseconds(1)) } == nil)
        #expect(lab.questions == 0)
    }

    @Test("An open port is enough, and so is a lab that cannot tell")
    func open() async {
        for answer in [PortState.open, nil] {
            let lab = AskedLab(answer)
            #expect(await refusal(from: lab) == nil)
            #expect(lab.questions == 1)
        }
    }

    @Test("Where nothing listens and no failure comes, the lab is asked again, and the connection refused in the end")
    func closed() async {
        let lab = AskedLab(.closed)
        #expect(await refusal(from: lab) == "nothing listens on port 80 in your lab")
        #expect(lab.questions > 1)
    }

    @Test("A connection that nobody takes is refused in the end")
    func busy() async {
        #expect(await refusal(from: AskedLab(.busy)) == "port 80 in your lab does not answer")
    }

    @Test("A server that starts meanwhile, or takes the connection late, is connected")
    func late() async {
        let lab = AskedLab(.closed, .busy, .open)
        #expect(await refusal(from: lab, limit: .seconds(60)) == nil)
        #expect(lab.questions == 3)
    }

    @Test("A failure that comes late ends the wait between two questions")
    func lateFailure() async {
        let lab = AskedLab(.closed)
        let asked: @Sendable () async -> Void = { _ = try? await eventually { lab.questions > 1 } }
        #expect(await refusal(from: lab, limit: .seconds(60), sign: asked) == nil)
    }
}
