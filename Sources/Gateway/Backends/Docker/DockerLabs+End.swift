import DockerEngine
import Foundation
import Logging
import Upstream

extension DockerLabs {
    /// Says that the container is to go; whatever else happens, it is seen to from then on.
    func delete(_ lab: Lab, gracePeriod: Duration?) async throws(BackendError) {
        guard let container = containers.container(named: containerName(lab.name)), container.id == lab.uid else {
            throw BackendError(
                .notFound, operation: "delete container \(lab.name)", message: "it is gone, or another one")
        }
        if lab.state == .ended, try await runsAfterAll(lab) {
            throw BackendError(.conflict, operation: "delete container \(lab.name)", message: "it runs after all")
        }
        let label = container.labels[ContainerLabel.gracePeriod].flatMap { Int($0) }
        let grace = gracePeriod ?? .seconds(label ?? Self.gracePeriodSeconds)
        remove(container.id, gracePeriod: container.state.isRunning ? grace : .zero)
    }

    /// What is known may be a moment old, and nobody's work is to be ended for that.
    private func runsAfterAll(_ lab: Lab) async throws(BackendError) -> Bool {
        let present = try await askingEngine { () async throws(EngineError) in try await containers.refresh(lab.uid) }
        return present.map { self.lab($0).state == .ready } ?? false
    }

    func remove(_ id: String, gracePeriod: Duration) {
        works.end(id, by: .clusterNow + gracePeriod.timeInterval)
        publish()
        removals.ask(ContainerRemoval(id: id, gracePeriod: gracePeriod))
    }

    /// For a container that does not say itself.
    private static let gracePeriodSeconds = 5
    /// How often a removal is tried that the engine refuses.
    private static let removalTries = 5

    /// Removes a container, however long the engine is away.
    func remove(_ removal: ContainerRemoval) async {
        let id = removal.id
        var (backoff, refusals) = (Labs.backoff, 0)
        while !Task.isCancelled {
            do throws(EngineError) {
                if removal.gracePeriod > .zero { try await client.stopContainer(id, timeout: removal.gracePeriod) }
                try await client.removeContainer(id, force: true)
                break
            } catch {
                if error.isNotFound { break }
                refusals += error.isRetryable ? 0 : 1
                guard refusals < Self.removalTries else {
                    logger.error("A lab's container cannot be removed", metadata: ["error": "\(error)"])
                    works.keep(id)
                    return publish()
                }
            }
            try? await Task.sleep(for: backoff.next())
        }
        _ = try? await containers.refresh(id)
        guard !Task.isCancelled else { return }
        works.keep(id)
        await notes.remove(ContainerNote.key(id))
        publish()
    }
}
