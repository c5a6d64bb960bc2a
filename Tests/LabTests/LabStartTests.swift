import Foundation
@testable import TestSupport
import Testing

extension LabTests {
    /// From a login without a lab to a lab, or to the reason why there is none.
    @Suite(.sampleClass)
    struct LabStartTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        @Test("Simultaneous first logins, also through two gateways, make one lab, and all get in")
        func oneLab() async throws {
            let ssh = try await sample.newcomer("crowd")
            try await sample.withSecondGateway { try await checkOneLab(ssh, ssh.through(port: $0.port)) }
        }

        private func checkOneLab(_ ssh: SSH, _ there: SSH) async throws {
            let logins = try [ssh, there, ssh, there, ssh, there].map { try $0.start("hostname; exit 3") }
            var hosts: Set<String> = []
            for login in logins {
                let child = try await login.end()
                #expect(child.status == 3, "\(child.errors)")
                hosts.insert(child.output)
            }
            #expect(hosts.count == 1)
            #expect(try await sample.site.labs().count { $0.student == "crowd" } == 1)
        }

        @Test("The first sign of a cold start comes within a second, on standard error, and tells how far it is")
        func progress() async throws {
            let ssh = try await sample.newcomer("patient")
            let running = try ssh.start("echo out")
            let gateway = try sample.gateway
            let isLoggedIn = try await eventually {
                gateway.logged("authenticated").contains { $0["student"].string == "patient" }
            }
            try #require(isLoggedIn)
            try await running.prints("labgate: ", within: .seconds(1))
            let child = try await running.end()
            #expect(child.output == "out\n")
            #expect(child.errors.contains("labgate: creating your lab"))
            #expect(child.status == 0)
            let lines = child.errors.split(separator: "\n")
            #expect(lines.allSatisfy { $0.hasPrefix("labgate: ") }, "\(child.errors)")
            #expect(Set(lines).count == lines.count, "\(child.errors)")
        }

        @Test("A file transfer that has to wait for its lab hears nothing but its own protocol")
        func subsystemStart() async throws {
            let ssh = try await sample.newcomer("mover")
            let child = try await ssh.transfer("sftp", "-b", "-", ssh.remote(""), input: .text("mkdir box\nls\n"))
            #expect(child.status == 0)
            #expect(child.errors.isEmpty)
            #expect(child.output.contains("box"))
        }

        @Test("An image that does not exist ends the start with the reason, and the next login finds it mended")
        func badImage() async throws {
            let ssh = try await sample.newcomer("badimage") { $0.image = Site.image + "-does-not-exist" }
            let child = try await ssh.run("echo in")
            #expect(child.status == 254)
            #expect(child.output.isEmpty)
            #expect(child.errors.contains("image cannot be fetched"), "\(child.errors)")
            // In the site's own words.
            let reason = Site.chosen == .cluster ? "ImagePullBackOff" : "manifest unknown"
            #expect(child.errors.contains(reason), "\(child.errors)")
            #expect(child.errors.contains("does-not-exist"), "\(child.errors)")
            // Not when the time for a start is over.
            #expect(child.duration < .seconds(60))
            #expect(!child.errors.contains("was not ready after"), "\(child.errors)")
            try await sample.change { try sample.writeCourse(of: "badimage") }
            let mended = try await ssh.run("echo in")
            #expect(mended.output == "in\n")
            // Nothing has run in the pod that could not start, so nobody waits for its end.
            #expect(!mended.errors.contains("previous lab"), "\(mended.errors)")
        }

        @Test("A lab that is older than its course is kept, and its student told, in a terminal only")
        func outdated() async throws {
            let ssh = try await sample.newcomer("settled")
            #expect(try await ssh.run("true").status == 0)
            try await sample.change { try sample.writeCourse(of: "settled") { $0.environment = "{NEW: variable}" } }
            let words = "your lab was started from an older version of the course"
            #expect(try await !ssh.run("true").errors.contains(words))
            try await Terminal.with(ssh, columns: 120) { terminal in
                try await terminal.shows(words)
                try await terminal.showsPrompt()
            }
        }

    }
}
