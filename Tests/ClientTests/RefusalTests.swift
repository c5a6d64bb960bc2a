import Foundation
@testable import TestSupport
import Testing

extension ClientTests {
    /// What labgate does not have: each client hears so at once, and its connection goes on to run a command.
    @Suite(.sampleClass(labsOf: "edu01"))
    struct RefusalTests {
        let sample: SampleClass
        let client: OtherClient

        init() throws {
            sample = try .ofSuite()
            client = try OtherClient(sample)
        }

        /// How long a client may take for a wish that is refused and a command, on a machine that is busy.
        private static let limit: Duration = .seconds(15)
        /// Forwarding to it is not permitted.
        private static let elsewhere = "10.0.0.1:80"

        private func isGoingOn(_ child: ChildProcess, output: String = "alive\n") {
            #expect(child.output == output, "\(child.errors)")
            #expect(child.status == 7)
            #expect(child.duration < Self.limit)
        }

        // MARK: PuTTY

        @Test("plink hears that -R is refused", .refuses(.putty, .remoteForwarding, because: Refused.nothingListens))
        func puttyRemote() async throws {
            let child = try await client.putty(
                "plink", "-v", "-R", "8080:localhost:80", OtherClient.destination, "echo alive; exit 7")
            #expect(child.errors.contains("Remote port forwarding from 8080 refused"), "\(child.errors)")
            isGoingOn(child)
        }

        @Test("plink hears that -A is refused", .refuses(.putty, .agentForwarding, because: Refused.nothingListens))
        func puttyAgent() async throws {
            try await Agent.with { environment in
                let child = try await ChildProcess.run(
                    client.puttyArgv("plink") + ["-v", "-A", OtherClient.destination, "echo ${SSH_AUTH_SOCK:-none}; exit 7"],
                    environment: environment)
                #expect(child.errors.contains("Agent forwarding refused"), "\(child.errors)")
                isGoingOn(child, output: "none\n")
            }
        }

        @Test("plink hears that -X is refused", .refuses(.putty, .x11Forwarding, because: Refused.nothingListens))
        func puttyX11() async throws {
            let child = try await ChildProcess.run(
                client.puttyArgv("plink") + ["-v", "-X", OtherClient.destination, "echo ${DISPLAY:-none}; exit 7"],
                environment: ["HOME": client.home.path, "DISPLAY": "localhost:9"])
            #expect(child.errors.contains("X11 forwarding refused"), "\(child.errors)")
            isGoingOn(child, output: "none\n")
        }

        @Test("plink hears that a subsystem is not there")
        func puttySubsystem() async throws {
            let child = try await client.putty("plink", "-s", OtherClient.destination, "netconf")
            #expect(child.status != 0)
            #expect(child.errors.contains("netconf"), "\(child.errors)")
            #expect(child.duration < Self.limit)
        }

        @Test("plink hears that a destination is not permitted, and goes on")
        func puttyDestination() async throws {
            let port = try LocalPort.free()
            let arguments = ["-v", "-L", "\(port):\(Self.elsewhere)", OtherClient.destination, "read line; echo $line; exit 7"]
            let running = try await ChildProcess.start(client.puttyArgv("plink") + arguments, input: .open)
            try await losesConnection(running, port: port)
            try await running.prints("Forwarded connection refused by remote")
            try await goesOn(running)
        }

        /// Connects to the port that the client forwards, which is to close the connection at once.
        private func losesConnection(_ running: RunningProcess, port: Int) async throws {
            let isOpen = try await eventually(every: .milliseconds(200)) {
                let child = try await LocalPort.ask(port, "hello")
                #expect(child.output.isEmpty)
                // timeout(1) has a status of its own for what it has to end.
                #expect(child.status != 124, "the connection stays open")
                return !child.errors.contains("Connection refused")
            }
            #expect(isOpen, "\(running.errors)")
        }

        private func goesOn(_ running: RunningProcess) async throws {
            defer { running.kill() }
            try running.type("alive\n")
            isGoingOn(try await running.end(within: Self.limit))
        }

        // MARK: Dropbear

        @Test("dbclient hears that -R is refused", .refuses(.dropbear, .remoteForwarding, because: Refused.nothingListens))
        func dropbearRemote() async throws {
            let child = try await client.dropbear("echo alive; exit 7", options: ["-R", "8080:localhost:80"])
            #expect(child.errors.contains("Remote TCP forward request failed"), "\(child.errors)")
            isGoingOn(child)
        }

        @Test("dbclient gets no agent into the lab", .refuses(.dropbear, .agentForwarding, because: Refused.nothingListens))
        func dropbearAgent() async throws {
            try await Agent.with { environment in
                let child = try await ChildProcess.run(
                    client.dropbearArgv(["-A"]) + ["echo ${SSH_AUTH_SOCK:-none}; exit 7"], environment: environment)
                isGoingOn(child, output: "none\n")
            }
        }

        @Test("dbclient hears that a subsystem is not there")
        func dropbearSubsystem() async throws {
            let child = try await client.dropbear("netconf", options: ["-s"])
            #expect(child.status != 0)
            #expect(child.errors.contains("netconf"), "\(child.errors)")
            #expect(child.duration < Self.limit)
        }

        @Test("dbclient hears that a destination is not permitted, and goes on")
        func dropbearDestination() async throws {
            let port = try LocalPort.free()
            let running = try await ChildProcess.start(
                client.dropbearArgv(["-L", "\(port):\(Self.elsewhere)"]) + ["read line; echo $line; exit 7"], input: .open,
                environment: ["HOME": client.home.path])
            // It has no words for it.
            try await losesConnection(running, port: port)
            try await goesOn(running)
        }

        // MARK: Libraries

        private static let wishes = [
            "remote_forwarding", "agent", "x11", "socket", "subsystem", "destination",
        ]

        private func hearsRefusal(_ script: String, _ wish: String) async throws {
            try await Agent.with { environment in
                let child = try await client.script(script, "refused_\(wish)", environment: environment)
                #expect(child.status == 0, "\(child.errors)")
                #expect(child.duration < Self.limit)
            }
        }

        @Test(
            "asyncssh hears what is refused, and goes on", .enabled(if: Python.isThere),
            .refuses(.asyncssh, .remoteForwarding, because: Refused.nothingListens),
            .refuses(.asyncssh, .agentForwarding, because: Refused.nothingListens),
            .refuses(.asyncssh, .x11Forwarding, because: Refused.nothingListens),
            .refuses(.asyncssh, .socketForwarding, because: Refused.notParsed), arguments: wishes)
        func asyncssh(_ wish: String) async throws { try await hearsRefusal("asyncssh_client", wish) }

        @Test(
            "Paramiko hears what is refused, and goes on", .enabled(if: Python.isThere),
            .refuses(.paramiko, .remoteForwarding, because: Refused.nothingListens),
            .refuses(.paramiko, .agentForwarding, because: Refused.nothingListens),
            .refuses(.paramiko, .x11Forwarding, because: Refused.nothingListens),
            .refuses(.paramiko, .socketForwarding, because: Refused.notParsed), arguments: wishes + ["global_request"])
        func paramiko(_ wish: String) async throws { try await hearsRefusal("paramiko_client", wish) }

        @Test(
            "libssh hears what is refused, and goes on", .enabled(if: Python.isThere),
            .refuses(.libssh, .remoteForwarding, because: Refused.nothingListens),
            .refuses(.libssh, .agentForwarding, because: Refused.nothingListens),
            .refuses(.libssh, .x11Forwarding, because: Refused.nothingListens),
            .refuses(.libssh, .socketForwarding, because: Refused.notParsed), arguments: wishes)
        func libssh(_ wish: String) async throws { try await hearsRefusal("libssh_functions", wish) }
    }
}
