import Foundation
import Kubernetes
import Logging
import Synchronization

/// The Secrets that students name: read one by one, for the gateway may read these and no others.
final class ClassroomSecrets: Sendable {
    private let client: APIClient
    private let namespace: String
    private let logger: Logger
    private let entries = Mutex<[String: Entry]>([:])

    private struct Entry {
        /// By key.
        let texts: [String: String]
        let readAt = ContinuousClock.now
    }

    /// A Secret is read again after this.
    private static let maximumAge: Duration = .seconds(55)
    /// Most that are read again at once: of thousands, each has its turn.
    private static let maximumCountPerRound = 100
    private static let resource = ResourceType<JSONValue>(version: "v1", plural: "secrets")

    init(client: APIClient, namespace: String, logger: Logger) {
        self.client = client
        self.namespace = namespace
        self.logger = logger
    }

    /// What a Secret's key holds, as last read.
    func text(of reference: SecretReference) -> String? {
        entries.withLock { $0[reference.name]?.texts[reference.key] }
    }

    /// Reads those that are new and those that were read longest ago, and forgets all others.
    func read(_ names: [String]) async {
        let names = Set(names)
        let due = entries.withLock { entries in
            entries = entries.filter { names.contains($0.key) }
            let old = entries.filter { ContinuousClock.now - $0.value.readAt > Self.maximumAge }
                .sorted { $0.value.readAt < $1.value.readAt }.prefix(Self.maximumCountPerRound).map(\.key)
            return names.filter { entries[$0] == nil } + old
        }
        for name in due { await read(name) }
    }

    private func read(_ name: String) async {
        do throws(APIError) {
            let secret = try await client.get(Self.resource, named: name, namespace: namespace)
            let texts = (secret["data"]?.object ?? [:]).compactMapValues { value in
                value.string.flatMap { Data(base64Encoded: $0) }.map { String(decoding: $0, as: UTF8.self) }
            }
            entries.withLock { $0[name] = Entry(texts: texts) }
        } catch  where error.isNotFound {
            entries.withLock { $0[name] = Entry(texts: [:]) }
        } catch {
            // What was known stays.
            logger.secretNotRead(name, error)
        }
    }
}
