import Synchronization
import Testing

@testable import Gateway

@Suite("Records that were read", .serialized)
struct RecordCacheTests {
    /// A record that counts how often one is decoded.
    private struct Counted: Record {
        static let kind = RecordKind(name: "counted", ownerKey: "owner")
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

    private func stored(_ owner: String, _ text: String?, version: String) -> StoredRecord {
        StoredRecord(key: RecordKey(kind: Counted.kind, owner: owner), text: text, version: version)
    }

    @Test("are decoded once for each version")
    func once() throws {
        let cache = RecordCache<Counted>()
        let before = Counted.decodeCount.load(ordering: .relaxed)
        func decodeCount() -> Int { Counted.decodeCount.load(ordering: .relaxed) - before }
        for _ in 1...3 {
            for name in ["a", "b"] { #expect(try cache.value(of: stored(name, "7", version: "1")).value == 7) }
        }
        #expect(decodeCount() == 2)
        #expect(try cache.value(of: stored("a", "8", version: "2")).value == 8)
        #expect(try cache.value(of: stored("a", "9", version: "3")).value == 9)
        #expect(decodeCount() == 4)
        #expect(try cache.value(of: stored("a", nil, version: "4")).value == 0)
    }

    @Test("that are damaged are not taken for old ones")
    func damaged() throws {
        let cache = RecordCache<Counted>()
        _ = try cache.value(of: stored("a", "7", version: "1"))
        #expect(throws: (any Error).self) { try cache.value(of: stored("a", "x", version: "2")) }
    }

    @Test("are forgotten when many of them are gone")
    func bounded() throws {
        let cache = RecordCache<Counted>()
        let all = (0..<2000).map { stored("\($0)", "1", version: "1") }
        for record in all { _ = try cache.value(of: record) }
        cache.trim(to: [all[0]])
        let before = Counted.decodeCount.load(ordering: .relaxed)
        for record in all.prefix(2) { _ = try cache.value(of: record) }
        #expect(Counted.decodeCount.load(ordering: .relaxed) == before + 1)
    }
}
