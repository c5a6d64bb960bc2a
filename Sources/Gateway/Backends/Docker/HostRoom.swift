import DockerEngine
import Synchronization

/// The memory of one host, as labs are promised it: what courses request counts, as with Kubernetes' scheduler.
///
/// Without that a host takes labs until the kernel kills some, whoever has used the memory.
final class HostRoom: Sendable {
    /// What labs that are being made were promised, by their containers' names. The engine does not show these yet.
    private let promised = Mutex<[String: Int64]>([:])

    /// Promises a container that is to be made its memory, until ``settle(_:)``.
    ///
    /// - Parameters:
    ///   - byteCount: what is promised.
    ///   - capacity: what all labs together may be promised, in bytes.
    ///   - containers: all that there are.
    /// - Throws: `BackendError` with code `noRoom`.
    func promise(
        _ byteCount: Int64, to name: String, of capacity: Int64, besides containers: [Container]
    ) throws(BackendError) {
        let taken: Int64 = promised.withLock { promised in
            let present = containers.filter { promised[$0.name] == nil && !$0.state.hasEnded && $0.name != name }
            let taken = present.reduce(promised.values.reduce(0, +)) { $0 + $1.promisedBytes }
            if taken + byteCount <= capacity { promised[name] = byteCount }
            return taken
        }
        guard taken + byteCount > capacity else { return }
        throw BackendError(
            .noRoom(passes: byteCount <= capacity), operation: "create container \(name)",
            message: "it requests \(Self.mebibytes(byteCount)) of memory; all labs together may have "
                + "\(Self.mebibytes(capacity)) of this host's, and have \(Self.mebibytes(taken))")
    }

    /// The container is there and shows by itself what it was promised, or there is none.
    func settle(_ name: String) { promised.withLock { _ = $0.removeValue(forKey: name) } }

    private static func mebibytes(_ byteCount: Int64) -> String { "\(byteCount >> 20) MiB" }
}

extension Container {
    /// The memory that it was promised, in bytes.
    fileprivate var promisedBytes: Int64 { labels[ContainerLabel.memoryRequest].flatMap { Int64($0) } ?? 0 }
}
