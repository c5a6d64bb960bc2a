import ArgumentParser
import Classroom
import Kubernetes
import Logging
import ServiceLifecycle

/// The classroom, read once, for commands that do not serve.
struct ClassroomReading {
    let classroom: Classroom
    /// Custom resources that are not in the classroom. A gateway that has seen an earlier version of one may still hold on
    /// to that.
    var refused: [ResourceVerdict] = []

    /// How long the cluster may take to tell its courses and students.
    private static let limit: Duration = .seconds(60)

    /// - Throws: `ClassroomError` for a wrong folder, `ValidationError` if the cluster does not tell.
    static func read(_ settings: Settings, _ cluster: Cluster, _ logger: Logger) async throws -> ClassroomReading {
        guard settings.cluster.readsClassroom else {
            return ClassroomReading(
                classroom: try settings.classroom.map { try Classroom.load(folder: $0) } ?? Classroom())
        }
        let folder = try settings.classroom.map { try ClassroomFolder(path: $0, logger: logger) }
        let resources = ClassroomResources(
            client: cluster.client, namespace: cluster.namespace, folder: folder, logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await resources.run() }
            defer { group.cancelAll() }
            let end = ContinuousClock.now + limit
            while ContinuousClock.now < end {
                if resources.isComplete {
                    let refused = resources.verdicts.values.filter { $0.outcome != .accepted }
                    return ClassroomReading(
                        classroom: resources.current, refused: refused.sorted { $0.resource < $1.resource })
                }
                try await Task.sleep(for: .milliseconds(50))
            }
            throw ValidationError("the cluster has not told its courses and students within \(limit)")
        }
    }
}
