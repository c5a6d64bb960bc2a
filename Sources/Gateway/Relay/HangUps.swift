import Logging
import ServiceLifecycle
import Upstream

/// Hangs up what lost lab sessions have left behind, as soon as there is a way to their labs again: nobody sees what it
/// writes any more, and it would keep its lab and use up its student's time.
final class HangUps: Service {
    private struct Request: Sendable {
        let processGroup: Int
        let lab: Lab
        let logger: Logger
    }

    private let commands: LabCommands
    private let requests: AsyncStream<Request>
    private let requester: AsyncStream<Request>.Continuation

    /// An engine or a node that is away for longer does not come back with its labs as they were.
    private static let patience: Duration = .seconds(300)

    init(_ commands: LabCommands) {
        self.commands = commands
        (requests, requester) = AsyncStream.makeStream()
    }

    /// Hangs up a process group now, or else later.
    func hangUp(_ processGroup: Int, in lab: Lab, _ logger: Logger) async {
        if await commands.signal("HUP", processGroup: processGroup, in: lab, logger) { return }
        hangUpLater(processGroup, in: lab, logger)
    }

    /// Hangs up a process group once its lab answers.
    func hangUpLater(_ processGroup: Int, in lab: Lab, _ logger: Logger) {
        requester.yield(Request(processGroup: processGroup, lab: lab, logger: logger))
    }

    /// Does so until graceful shutdown.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for await request in self.requests { group.addTask { await self.perform(request) } }
            }
        }
    }

    private func perform(_ request: Request) async {
        // One line is enough, and the lab's own end is none of its news.
        var quiet = request.logger
        quiet.logLevel = .critical
        let end = ContinuousClock.now + Self.patience
        var backoff = Labs.backoff
        while isThere(request.lab) {
            if await commands.signal("HUP", processGroup: request.processGroup, in: request.lab, quiet) { return }
            guard (try? await Task.sleep(for: backoff.next())) != nil else { return }
            guard .now < end else {
                return request.logger.labCommandFailed("signal HUP", "the lab cannot be reached any more")
            }
        }
    }

    private func isThere(_ lab: Lab) -> Bool {
        commands.backend.lab(named: lab.name).map { $0.isSame(as: lab) && $0.state == .ready } ?? false
    }
}
