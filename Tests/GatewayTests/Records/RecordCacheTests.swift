import Kubernetes
import Synchronization
import Testing

@testable import Gateway

@Suite("Records that were read", .serialized)
struct RecordCacheTests {
    /// A record that counts how often one is decoded.
    private struct Counted: LeaseRecord {
        static let component = "counted"
        static let ownerKey = "owner"
        static let decodeCount = Atomic(0)
        var value = 0

        init() {}

        init(from decoder: any Decoder) throws {
            value = try decoder.singleValueContainer().decode(Int.self)
            Self.decodeCount.add(1, ordering: .relaxed)
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(value)
        }
    }

    private func lease(_ name: String, _ text: String, version: String, uid: String = "1") -> Lease {
        Lease(
            metadata: ObjectMeta(
                name: name, uid: uid, resourceVersion: version, annotations: [Counted.annotation: text]))
    }

    @Test("are decoded once for each version of each Lease, and again after their Lease was made anew")
    func once() throws {
        let cache = RecordCache<Counted>()
        let before = Counted.decodeCount.load(ordering: .relaxed)
        func decodeCount() -> Int { Counted.decodeCount.load(ordering: .relaxed) - before }
        for _ in 1...3 {
            for name in ["a", "b"] { #expect(try cache.record(of: lease(name, "7", version: "1")).value == 7) }
        }
        #expect(decodeCount() == 2)
        #expect(try cache.record(of: lease("a", "8", version: "2")).value == 8)
        #expect(try cache.record(of: lease("a", "9", version: "2", uid: "2")).value == 9)
        #expect(decodeCount() == 4)
        #expect(try cache.record(of: Lease(metadata: ObjectMeta(name: "a", resourceVersion: "3"))).value == 0)
    }

    @Test("that are damaged are not taken for old ones")
    func damaged() throws {
        let cache = RecordCache<Counted>()
        _ = try cache.record(of: lease("a", "7", version: "1"))
        #expect(throws: (any Error).self) { try cache.record(of: lease("a", "x", version: "2")) }
    }

    @Test("are forgotten when many of their Leases are gone")
    func bounded() throws {
        let cache = RecordCache<Counted>()
        let leases = (0..<2000).map { lease("\($0)", "1", version: "1") }
        for lease in leases { _ = try cache.record(of: lease) }
        cache.trim(to: [leases[0]])
        let before = Counted.decodeCount.load(ordering: .relaxed)
        for lease in leases.prefix(2) { _ = try cache.record(of: lease) }
        #expect(Counted.decodeCount.load(ordering: .relaxed) == before + 1)
    }
}
