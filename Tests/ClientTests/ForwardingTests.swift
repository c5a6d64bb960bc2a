import Foundation
@testable import TestSupport
import Testing

extension ClientTests {
    /// TCP connections into the lab.
    @Suite(.sampleClass(labsOf: "edu01"))
    struct ForwardingTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        /// Runs `body` with a forwarding client without a command, once its local port is open.
        private func forwarding(
            _ options: String..., port: Int, user: String = "edu01", _ body: (RunningProcess) async throws -> Void
        ) async throws {
            var ssh = try sample.ssh(user)
            ssh.options += ["-N"] + options
            let running = try ssh.start()
            defer { running.kill() }
            try #require(
                await eventually { try await ChildProcess.run(["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/\(port)"]).status == 0 },
                "\(running.errors)")
            try await body(running)
        }

        @Test("-L leads to the lab's own loopback, however it is called", .shows(.openSSH, .localForwarding))
        func local() async throws {
            try await LabServer.echo(in: sample) { server in
                for host in ["localhost", "127.0.0.1", "[::1]"] {
                    let port = try LocalPort.free()
                    try await forwarding("-L", "\(port):\(host):\(server.port)", port: port) { running in
                        try await LocalPort.echoes(port, running)
                    }
                }
            }
        }

        @Test("-W joins standard input and output to a port")
        func standardStreams() async throws {
            try await LabServer.run("speak", in: sample) { server in
                let client = try sample.ssh().with("-W", "localhost:\(server.port)").start(input: .open)
                try await client.prints("welcome\n")
                try client.type("there and back\n")
                try await client.prints("there and back\n")
                client.kill()
            }
        }

        @Test("-D leads wherever the course permits, many streams at once", .shows(.openSSH, .dynamicForwarding))
        func dynamic() async throws {
            try await LabServer.run("http", in: sample) { server in
                let port = try LocalPort.free()
                try await forwarding("-D", "\(port)", port: port) { _ in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for number in 0..<10 {
                            group.addTask {
                                let child = try await ChildProcess.run([
                                    "curl", "--silent", "--show-error", "--max-time", "20", "--socks5-hostname",
                                    "127.0.0.1:\(port)", "http://localhost:\(server.port)/\(number)",
                                ])
                                #expect(child.output == "you asked for GET /\(number) HTTP/1.1\n", "\(child.errors)")
                            }
                        }
                        try await group.waitForAll()
                    }
                }
            }
        }

        @Test("20 MB go through a forwarded port unchanged, while another stream of the connection is stalled")
        func bulk() async throws {
            try await LabServer.echo(in: sample) { echo in
                try await LabServer.run("discard", in: sample) { discard in
                    let (port, deaf) = (try LocalPort.free(), try LocalPort.free())
                    try await forwarding(
                        "-L", "\(port):localhost:\(echo.port)", "-L", "\(deaf):localhost:\(discard.port)", port: port
                    ) { _ in
                        let stalled = try ChildProcess.start(
                            ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/\(deaf); head -c 50000000 /dev/zero >&3"])
                        defer { stalled.kill() }
                        let files = try await TransferFiles.make(byteCount: 20_000_000)
                        let script = "exec 3<>/dev/tcp/127.0.0.1/$1; cat $2 >&3 & head -c 20000000 <&3"
                        let child = try await ChildProcess.run(
                            ["bash", "-c", script, "bash", "\(port)", files.original.path], output: files.copy)
                        #expect(child.status == 0)
                        #expect(try files.areEqual())
                        #expect(stalled.isRunning)
                        try await LocalPort.echoes(port, stalled)
                    }
                }
            }
        }

        @Test("What nothing listens on is refused, with the reason in ssh -v and in the log")
        func nothingListens() async throws {
            let child = try await sample.ssh().with("-v", "-W", "localhost:9").run()
            #expect(child.status == 255)
            #expect(child.errors.contains("Remote: labgate: nothing listens on port 9 in your lab"), "\(child.errors)")
            let logged = try sample.gateway.logged("forwarding refused")
            #expect(logged.contains { $0["reason"].string == "nothing listens on port 9 in your lab" })
        }

        @Test(
            "Other places than the lab itself are refused unless the course permits them",
            arguments: [
                "kubernetes.default.svc:443", "10.0.0.1:80", "127.0.0.2:80", "169.254.169.254:80",
            ])
        func notPermitted(_ place: String) async throws {
            let child = try await sample.ssh().with("-v", "-W", place).run()
            #expect(child.status == 255)
            let words = "Remote: labgate: forwarding to \(place) is not permitted; your course permits localhost:*"
            #expect(child.errors.contains(words), "\(child.errors)")
        }

        @Test("A course can permit other places, which are reached from the lab, with the end of input passed on")
        func permitted() async throws {
            // Another name of the loopback, which only a program in the lab reaches.
            try await sample.change { try sample.write(CourseDocument(permitOpen: #"["127.0.0.2:*"]"#)) }
            let script = """
                use IO::Socket::INET;
                my $server = IO::Socket::INET->new(Listen => 9, LocalAddr => "127.0.0.2", LocalPort => 0) or die;
                print $server->sockport, "\\n"; STDOUT->flush;
                my $client = $server->accept; my @lines = <$client>; print $client sort @lines;
                """
            let server = try sample.ssh().start("exec perl -e '\(script)'")
            defer { server.kill() }
            var port: Int?
            _ = try await eventually {
                port = Int(server.output.trimmingCharacters(in: .newlines))
                return port != nil
            }
            let place = "127.0.0.2:\(try #require(port))"
            let child = try await sample.ssh().with("-W", place).run(input: .text("b\na\n"))
            #expect(child.output == "a\nb\n", "\(child.errors)")
            let closed = try await sample.ssh().with("-v", "-W", "127.0.0.2:9").run()
            #expect(closed.errors.contains("127.0.0.2:9 could not be reached"), "\(closed.errors)")
            let home = try await sample.ssh().with("-v", "-W", "localhost:9").run()
            #expect(home.errors.contains("is not permitted"), "\(home.errors)")
            try await sample.change { try sample.write(CourseDocument()) }
        }

        @Test(
            "Where the cluster forbids port-forwards, a program in the lab does the same",
            .enabled(if: Site.chosen == .cluster, "on one host there is no other way in any test"))
        func forbidden() async throws {
            try await sample.namespace.apply(
                """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: Role
                metadata: {name: no-port-forward}
                rules:
                  - {apiGroups: [""], resources: [pods], verbs: [get, list, watch, create, delete, patch]}
                  - {apiGroups: [""], resources: [pods/exec], verbs: [get, create]}
                  - {apiGroups: [""], resources: [persistentvolumeclaims], verbs: [get, create]}
                  - {apiGroups: [coordination.k8s.io], resources: [leases], verbs: ["*"]}
                  - {apiGroups: [""], resources: [events], verbs: [list]}
                """)
            let kubeconfig = try await sample.namespace.kubeconfig(ofAccountWithRole: "no-port-forward")
            try await sample.stop()
            try sample.writeConfiguration(site: sample.namespace.settings(kubeconfig: kubeconfig.path))
            try await sample.start()
            try await LabServer.echo(in: sample) { server in
                let files = try await TransferFiles.make(byteCount: 3_000_000)
                let child = try await sample.ssh().with("-W", "localhost:\(server.port)")
                    .run(input: .file(files.original), output: files.copy)
                #expect(child.status == 0, "\(child.errors)")
                #expect(try files.areEqual())
            }
            let closed = try await sample.ssh().with("-v", "-W", "localhost:9").run()
            #expect(closed.errors.contains("Remote: labgate: nothing listens on port 9 in your lab"), "\(closed.errors)")
            // Nothing of it stays in the lab.
            let isClean = try await eventually(within: .seconds(10), every: .milliseconds(200)) {
                let lines = try await sample.commands(in: "edu01")
                return !lines.contains("IO::Socket::IP") && !lines.contains("import os, socket")
            }
            #expect(isClean)
            try await sample.stop()
            try sample.writeConfiguration()
            try await sample.start()
        }

        @Test("A forwarding alone starts the lab")
        func coldStart() async throws {
            let child = try await sample.ssh("edu02").with("-v", "-W", "localhost:9").run()
            #expect(child.errors.contains("nothing listens on port 9 in your lab"), "\(child.errors)")
            #expect(try await sample.lab(of: "edu02") != nil)
        }

        @Test("A client that ends its input gets the answer that is on its way, and the lab's side is closed after it")
        func halfClose() async throws {
            try await LabServer.run("speak", in: sample) { server in
                let child = try await sample.ssh().with("-W", "localhost:\(server.port)").run(input: .text("bye\n"))
                #expect(child.output == "welcome\nbye\n", "\(child.errors)")
                #expect(child.duration < .seconds(15))
            }
        }

        @Test("-R is refused cleanly", .refuses(.openSSH, .remoteForwarding, because: Refused.nothingListens))
        func remote() async throws {
            let child = try await sample.ssh().with("-o", "ExitOnForwardFailure=yes", "-R", "8080:localhost:80").run("echo in")
            #expect(child.status == 255)
            #expect(child.errors.contains("remote port forwarding failed"), "\(child.errors)")
            let tolerant = try await sample.ssh().with("-R", "8080:localhost:80").run("echo in")
            #expect(tolerant.output == "in\n" && tolerant.status == 0)
        }

        @Test(
            "Forwarding to a socket of the file system is refused cleanly",
            .refuses(.openSSH, .socketForwarding, because: Refused.notParsed))
        func socket() async throws {
            let port = try LocalPort.free()
            try await forwarding("-v", "-L", "\(port):/tmp/socket", port: port) { running in
                let child = try await LocalPort.ask(port, "hello")
                #expect(child.output.isEmpty)
                try await running.prints("open failed")
                #expect(running.isRunning)
            }
        }

        @Test(
            "Agent forwarding is refused, and nothing else suffers",
            .refuses(.openSSH, .agentForwarding, because: Refused.nothingListens))
        func agent() async throws {
            try await Agent.with { environment in
                let ssh = try sample.ssh().with("-v", "-A")
                // Without an agent it would not ask.
                let argv = ssh.argv("echo ${SSH_AUTH_SOCK:-none}").map {
                    $0 == "IdentityAgent=none" ? "IdentityAgent=SSH_AUTH_SOCK" : $0
                }
                let child = try await ChildProcess.run(argv, environment: environment)
                #expect(child.errors.contains("Requesting authentication agent forwarding"), "\(child.errors)")
                #expect(child.output == "none\n" && child.status == 0, "\(child.errors)")
            }
        }

        @Test(
            "X11 forwarding is refused, and nothing else suffers",
            .refuses(.openSSH, .x11Forwarding, because: Refused.nothingListens))
        func x11() async throws {
            let ssh = try sample.ssh().with("-v", "-Y", environment: ["DISPLAY": "localhost:9"])
            let child = try await ssh.run("echo ${DISPLAY:-none}")
            #expect(child.errors.contains("Requesting X11 forwarding"), "\(child.errors)")
            #expect(child.output == "none\n" && child.status == 0, "\(child.errors)")
        }
    }
}
