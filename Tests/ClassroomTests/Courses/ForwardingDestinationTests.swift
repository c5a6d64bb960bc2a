import Testing

@testable import Classroom

@Suite("Forwarding destination")
struct ForwardingDestinationTests {
    @Test("The lab's own loopback has several names and every port, and is all that there is by default")
    func defaults() {
        let defaults = ForwardingDestination.defaults
        #expect(defaults.count == 1)
        for host in ["localhost", "LOCALHOST", "localhost.", "127.0.0.1", "::1"] {
            #expect(defaults[0].matches(host: host, port: 1))
        }
        for host in ["", "localhost.example", "10.0.0.1", "127.0.0.2", "0.0.0.0", "kubernetes.default"] {
            #expect(!defaults[0].matches(host: host, port: 80))
        }
    }

    @Test("Host and port are matched as written, and * is any")
    func matching() throws {
        let database = try ForwardingDestination("DB.example:5432")
        #expect(database.matches(host: "db.EXAMPLE", port: 5432))
        #expect(!database.matches(host: "db.example", port: 5433))
        #expect(!database.matches(host: "db.example.com", port: 5432))
        #expect(try ForwardingDestination("*:80").matches(host: "anything", port: 80))
        #expect(try !ForwardingDestination("*:80").matches(host: "anything", port: 81))
        #expect(try ForwardingDestination("[2001:db8::1]:*").matches(host: "2001:db8::1", port: 9))
        #expect(try ForwardingDestination("[::1]:9").matches(host: "localhost", port: 9))
        #expect(try ForwardingDestination("127.0.0.1:9").matches(host: "localhost", port: 9))
        #expect(try ForwardingDestination("*:*").matches(host: "", port: 0))
    }

    @Test(
        "What is no host and port is refused with an example",
        arguments: ["", "localhost", ":80", "h:", "h:0", "h:65536", "h:x", "h:-1", "::1:80", "[::1]", "[]:80", "a b:80"])
    func refused(text: String) {
        let error = #expect(throws: ClassroomError.self) { try ForwardingDestination(text) }
        #expect(error?.message.contains("localhost:8080") == true)
    }
}
