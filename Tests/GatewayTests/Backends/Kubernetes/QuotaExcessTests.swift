import Testing

@testable import Gateway

@Suite("A quota that is used up")
struct QuotaExcessTests {
    private func excess(requested: String, limited: String) -> QuotaExcess {
        QuotaExcess(
            "pods \"lab-x\" is forbidden: exceeded quota: q, requested: \(requested), used: pods=3, limited: \(limited)")
    }

    @Test(
        "passes if the pod fits once others have gone",
        arguments: [("pods=1", "pods=3"), ("limits.memory=512Mi,pods=1", "limits.memory=4Gi,pods=3"), ("limits.cpu=1", "limits.cpu=1000m")])
    func passes(requested: String, limited: String) {
        #expect(excess(requested: requested, limited: limited).passes)
    }

    @Test(
        "does not pass if it is too small for the pod alone, or cannot be read",
        arguments: [
            ("pods=1", "pods=0"), ("limits.memory=512Mi", "limits.memory=1Mi"),
            ("limits.memory=512Mi,pods=1", "limits.memory=1Mi,pods=3"), ("pods=1", "limits.cpu=3"), ("pods=many", "pods=3"),
        ])
    func staysForever(requested: String, limited: String) {
        #expect(!excess(requested: requested, limited: limited).passes)
    }

    @Test("of which nothing is said does not pass")
    func silent() {
        #expect(!QuotaExcess("exceeded quota").passes)
    }
}
