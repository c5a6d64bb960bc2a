import Foundation
@testable import TestSupport
import Testing

extension LabTests {
    /// What the gateway answers itself: `ssh edu01@lab -- :status`.
    @Suite(.sampleClass(course: ["idle": "{holdDown: 5m}", "quotas": "{labSessions: 1, connectedTime: {day: 2h}}"]))
    struct GatewayCommandTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        @Test(":status tells of the lab, of its end, and of every quota; it starts no lab, and no limit is in its way")
        func status() async throws {
            let ssh = try sample.ssh()
            let before = try await ssh.run(":status")
            #expect(before.status == 0)
            #expect(before.output.contains("course c: you have no lab"), "\(before.output)")
            #expect(try await sample.lab(of: "edu01") == nil)

            let running = try ssh.start("echo begun; sleep 100")
            try await running.prints("begun")
            let child = try await ssh.run(":status")
            #expect(child.status == 0)
            #expect(child.errors.isEmpty)
            for words in [
                "your lab is running, since", "it will be stopped at", "in any case it ends at", "connections: 1 of 16",
                "lab sessions: 1 of 1", "labs: 1 of 4", "connected time today:", "of 2h used",
            ] {
                #expect(child.output.contains(words), "\(words) is not in\n\(child.output)")
            }
            let refused = try await ssh.run("true")
            #expect(refused.status == 254)
            #expect(refused.errors.contains("you have 1 lab session, and 1 is the limit of the course c"), "\(refused.errors)")
            running.kill()
        }

        @Test(":help lists the commands, and an unknown one is refused with a word")
        func help() async throws {
            let child = try await sample.ssh().run(":help")
            #expect(child.status == 0)
            for name in [":status", ":extend", ":stop", ":reset", ":help"] { #expect(child.output.contains(name)) }
            let unknown = try await sample.ssh().run(":statsu")
            #expect(unknown.status == 254)
            #expect(unknown.errors.contains(":statsu"))
            #expect(unknown.output.isEmpty)
        }

        @Test("A colon is still the shell's where it is a command of the shell's")
        func colon() async throws {
            let child = try await sample.ssh("edu02").run(": ; echo $?")
            #expect(child.output == "0\n")
        }

        @Test(":reset starts the lab anew, :stop ends it, and :extend needs one")
        func stopAndReset() async throws {
            let ssh = try sample.ssh("edu02")
            #expect(try await ssh.run("true").status == 0)
            let first = try await sample.uid("edu02")
            let reset = try await ssh.run(":reset")
            #expect(reset.status == 0, "\(reset.errors)")
            let second = try await sample.uid("edu02")
            #expect(second != nil && second != first)
            #expect(try await ssh.run(":extend").output.contains("it will be stopped at"))

            #expect(try await ssh.run(":stop").status == 0)
            #expect(try await sample.isGone("edu02"))
            let child = try await ssh.run("true")
            #expect(child.status == 254)
            #expect(child.errors.contains("you have stopped it"), "\(child.errors)")
            let extend = try await ssh.run(":extend")
            #expect(extend.status == 254)
            #expect(extend.errors.contains("you have no lab in the course c"), "\(extend.errors)")
        }

        @Test("A course can do without them: then they are the shell's to know")
        func off() async throws {
            try await sample.change {
                try sample.write(CourseDocument(name: "plain", more: ["gatewayCommands": "false"]))
                try await sample.write(student: "purist", courses: ["plain"])
            }
            let child = try await sample.ssh("purist").run(":status")
            #expect(child.status == 127)
        }
    }
}
