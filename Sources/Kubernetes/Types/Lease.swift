public import Foundation

/// A coordination.k8s.io/v1 `Lease`: who holds something, and until when unless they renew it.
public struct Lease: KubernetesObject {
    /// Name, labels, annotations and identity.
    public var metadata: ObjectMeta
    /// Who holds it; empty for nobody.
    public var holderIdentity: String
    /// For how many seconds after its last renewal it is held; nil if the holder did not say.
    public var leaseDurationSeconds: Int?
    /// When the holder got it, by the holder's clock.
    public var acquireTime: Date?
    /// When the holder renewed it last, by the holder's clock.
    public var renewTime: Date?
    /// How often it has changed hands.
    public var leaseTransitions: Int

    /// Makes a lease by hand.
    public init(
        metadata: ObjectMeta, holderIdentity: String = "", leaseDurationSeconds: Int? = nil, acquireTime: Date? = nil,
        renewTime: Date? = nil, leaseTransitions: Int = 0
    ) {
        self.metadata = metadata
        self.holderIdentity = holderIdentity
        self.leaseDurationSeconds = leaseDurationSeconds
        self.acquireTime = acquireTime
        self.renewTime = renewTime
        self.leaseTransitions = leaseTransitions
    }
}

extension Lease {
    private enum CodingKeys: String, CodingKey {
        case metadata, spec
    }

    private struct Spec: Decodable {
        var holderIdentity: String?
        var leaseDurationSeconds: Int?
        var acquireTime: Date?
        var renewTime: Date?
        var leaseTransitions: Int?
    }

    /// Decodes a lease; only `metadata` is required.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let spec = try container.decodeIfPresent(Spec.self, forKey: .spec)
        self.init(
            metadata: try container.decode(ObjectMeta.self, forKey: .metadata),
            holderIdentity: spec?.holderIdentity ?? "", leaseDurationSeconds: spec?.leaseDurationSeconds,
            acquireTime: spec?.acquireTime, renewTime: spec?.renewTime, leaseTransitions: spec?.leaseTransitions ?? 0)
    }

    /// The lease as it is written. Its resource version, if it has one, makes replacing it a compare-and-swap. What
    /// ``ObjectMeta`` does not know, such as owners and finalizers, is lost when the lease is replaced with this.
    public var manifest: JSONValue {
        var spec: JSONValue = [
            "holderIdentity": .string(holderIdentity), "leaseTransitions": .integer(leaseTransitions),
        ]
        spec["leaseDurationSeconds"] = leaseDurationSeconds.map { .integer($0) }
        spec["acquireTime"] = acquireTime.map { .string(Timestamp.microTime($0)) }
        spec["renewTime"] = renewTime.map { .string(Timestamp.microTime($0)) }
        return [
            "apiVersion": .string(ResourceType.leases.apiVersion), "kind": "Lease", "metadata": metadata.manifest,
            "spec": spec,
        ]
    }
}
