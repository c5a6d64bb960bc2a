import Kubernetes
import Synchronization

/// Records as annotations of Leases, one Lease for each.
final class LeaseStore: UsageStore {
    private let client: APIClient
    private let leases: ObjectCache<Lease>
    private let namespace: String
    private let written = Mutex(WrittenLeases())
    private let names = LeaseNames()

    /// - Parameter leases: of the namespace, kept up to date by somebody else.
    init(client: APIClient, leases: ObjectCache<Lease>, namespace: String) {
        self.client = client
        self.leases = leases
        self.namespace = namespace
    }

    // MARK: Reading

    var isSynced: Bool { leases.isSynced }

    func record(_ key: RecordKey) -> StoredRecord? {
        let name = names.name(of: key)
        let cached = leases.object(named: name)
        return written.withLock { $0.newest(name, cached: cached) }.map { StoredRecord($0, key) }
    }

    func records(_ kind: RecordKind) -> [StoredRecord] {
        leases.objects.filter { $0.metadata.annotations[kind.annotation] != nil }.compactMap { lease in
            lease.metadata.annotations[kind.ownerKey].map { StoredRecord(lease, RecordKey(kind: kind, owner: $0)) }
        }
    }

    func updates(of key: RecordKey) -> any AsyncSequence<StoredRecord?, Never> & Sendable {
        leases.updates(ofObjectNamed: names.name(of: key)).map { lease in lease.map { StoredRecord($0, key) } }
    }

    func read(_ key: RecordKey) async throws(BackendError) -> StoredRecord? {
        do throws(APIError) {
            return StoredRecord(try await client.get(.leases, named: names.name(of: key), namespace: namespace), key)
        } catch {
            if error.isNotFound { return nil }
            throw BackendError(error)
        }
    }

    // MARK: Writing

    func write(_ text: String, _ key: RecordKey, over old: StoredRecord?) async throws(BackendError) {
        let metadata = ObjectMeta(
            name: names.name(of: key), namespace: namespace, resourceVersion: old?.resourceVersion ?? "",
            labels: [
                "app.kubernetes.io/managed-by": "labgate", "app.kubernetes.io/component": key.kind.name,
                key.kind.ownerKey: LabName.labelValue(key.owner),
            ],
            annotations: [key.kind.ownerKey: key.owner, key.kind.annotation: text])
        let manifest = Lease(metadata: metadata).manifest
        let newest = try await asking { () async throws(APIError) in
            old == nil
                ? try await client.create(.leases, manifest, namespace: namespace)
                : try await client.replace(.leases, with: manifest, namespace: namespace)
        }
        written.withLock { $0.note(newest) { leases.object(named: $0) } }
    }
}

extension RecordKind {
    /// The annotation that holds the record.
    fileprivate var annotation: String { "labgate.dev/\(name)" }
}

extension StoredRecord {
    fileprivate init(_ lease: Lease, _ key: RecordKey) {
        self.init(
            key: key, text: lease.metadata.annotations[key.kind.annotation],
            // The UID, too: a Lease that was made anew is another record.
            version: "\(lease.metadata.uid)/\(lease.metadata.resourceVersion)")
    }

    fileprivate var resourceVersion: String { version.split(separator: "/").last.map(String.init) ?? "" }
}
