import Kubernetes
import Testing

@testable import Gateway

@Suite("Leases that were written")
struct WrittenLeasesTests {
    private func lease(_ name: String, _ version: Int) -> Lease {
        Lease(metadata: ObjectMeta(name: name, resourceVersion: "\(version)"))
    }

    private func version(_ lease: Lease?) -> String? { lease?.metadata.resourceVersion }

    @Test("are known until the cache has them, too, and what others wrote later counts")
    func newest() {
        var written = WrittenLeases()
        #expect(version(written.newest("a", cached: lease("a", 1))) == "1")
        written.note(lease("a", 9)) { _ in nil }
        #expect(version(written.newest("a", cached: nil)) == "9")
        #expect(version(written.newest("a", cached: lease("a", 8))) == "9")
        #expect(version(written.newest("a", cached: lease("a", 10))) == "10")
        #expect(written.count == 0)
    }

    @Test("are not kept for ever where nobody asks for them again")
    func bounded() {
        var written = WrittenLeases()
        for index in 0..<1000 {
            written.note(lease("\(index)", index + 1)) { $0 == "7" ? nil : lease($0, 2000) }
        }
        #expect(written.count < 100)
        #expect(version(written.newest("7", cached: nil)) == "8")
    }

    @Test("are all kept while the cache has none of them")
    func late() {
        var written = WrittenLeases()
        for index in 0..<1000 { written.note(lease("\(index)", index + 1)) { _ in nil } }
        #expect(written.count == 1000)
    }
}
