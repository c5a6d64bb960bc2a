import SSHServer
import Testing

@testable import Gateway

@Suite("Why a port-forward has failed")
struct PortForwardFailureTests {
    private func failure(_ words: String) -> PortForwardFailure {
        PortForwardFailure(port: 80, words: "error forwarding port 80 to pod 1: \(words)")
    }

    @Test("A node without an IPv6 localhost has not tried it")
    func missedAddress() {
        let failure = failure(
            "IPv4: dial tcp4 127.0.0.1:80: connect: connection refused IPv6 dial tcp6: address localhost: no suitable address found")
        #expect(failure.hasMissedAddress)
        #expect(failure.refusal.reason == "nothing listens on port 80 in your lab")
    }

    @Test("Where all was tried, nothing listens")
    func refused() {
        let failure = failure(
            "IPv4: dial tcp4 127.0.0.1:80: connect: connection refused IPv6 dial tcp6 [::1]:80: connect: connection refused")
        #expect(!failure.hasMissedAddress)
        #expect(failure.refusal.reason == "nothing listens on port 80 in your lab")
    }

    @Test("Other failures are told in the node's words")
    func others() {
        let failure = failure("no such sandbox")
        #expect(!failure.hasMissedAddress)
        #expect(failure.refusal.reason == "port 80 in your lab could not be reached (error forwarding port 80 to pod 1: no such sandbox)")
    }
}
