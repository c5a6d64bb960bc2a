/// The part of a `PersistentVolumeClaim` that this client uses.
public struct PersistentVolumeClaim: Hashable, Sendable {
    /// Name, labels, annotations and identity.
    public var metadata: ObjectMeta
    /// `Pending`, `Bound` or `Lost`; nil before the first report.
    public var phase: String?

    /// Makes a claim by hand.
    public init(metadata: ObjectMeta, phase: String? = nil) {
        self.metadata = metadata
        self.phase = phase
    }
}

extension PersistentVolumeClaim: Decodable {
    private enum CodingKeys: String, CodingKey {
        case metadata, status
    }

    private struct ClaimStatus: Decodable {
        var phase: String?
    }

    /// Decodes a claim; only `metadata` is required.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        phase = try container.decodeIfPresent(ClaimStatus.self, forKey: .status)?.phase
    }
}
