import Testing

@testable import Upstream

@Suite("The identity of a process")
struct ProcessIdentityTests {
    @Test(
        "has a name that fits, by host and chance",
        arguments: [("Node_1.example.org", "node-1-"), ("gateway-5d-x", "gateway-5d-x-"), ("", "-")])
    func identity(host: String, prefix: String) {
        let identity = ProcessIdentity.make(hostName: host)
        #expect(identity.hasPrefix(prefix))
        #expect(identity.dropFirst(prefix.count).count == 8)
        #expect(identity != ProcessIdentity.make(hostName: host))
    }
}
