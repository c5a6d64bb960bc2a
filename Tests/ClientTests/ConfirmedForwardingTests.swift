import Foundation
@testable import TestSupport
import Testing

extension ClientTests {
    /// When a client hears that its connection stands: not before the far side is connected, and whatever kind of server
    /// that is.
    @Suite(.sampleClass(labsOf: "edu01"))
    struct ConfirmedForwardingTests {
        let sample: SampleClass
        let client: OtherClient

        init() throws {
            sample = try .ofSuite()
            client = try OtherClient(sample)
        }

        /// Runs `body` with a server in the lab that is a Perl script with arguments, once it has printed its port.
        private func withServer(
            _ script: String, _ arguments: String..., body: (RunningProcess, Int) async throws -> Void
        ) async throws {
            let words = arguments.map { " '\($0)'" }.joined()
            let server = try sample.ssh().start("exec perl -MIO::Socket::IP -e '\(script)'\(words)", input: .open)
            defer { server.kill() }
            _ = try await eventually { server.output.hasSuffix("\n") }
            try await body(server, try #require(Int(server.output.trimmingCharacters(in: .newlines)), "\(server.errors)"))
        }

        /// Prints what it gets, behind a word of its own, at the address that is given.
        private static let echo = """
            my $server = IO::Socket::IP->new(Listen => 9, LocalHost => $ARGV[0], LocalPort => $ARGV[1] || 0, ReuseAddr => 1, V6Only => 0)
                or die $@;
            print $server->sockport, "\\n"; STDOUT->flush;
            while (my $client = $server->accept) { while (my $line = <$client>) { print $client "got $line"; $client->flush } }
            """

        @Test("A server is reached at each address of the loopback and at all addresses", arguments: ["127.0.0.1", "0.0.0.0", "::1", "::"])
        func addresses(_ address: String) async throws {
            // Some engines give containers without a network no IPv6 either, and no server can listen there.
            if address == "::1", try await sample.ssh().run("grep -q ' lo$' /proc/net/if_inet6").status != 0 { return }
            try await withServer(Self.echo, address) { _, port in
                let child = try await sample.ssh().with("-W", "localhost:\(port)").run(input: .text("hello\n"))
                #expect(child.output == "got hello\n", "\(child.errors)")
            }
        }

        @Test("A server that never says a word is connected all the same")
        func silent() async throws {
            try await LabServer.run("discard", in: sample) { server in
                let running = try sample.ssh().with("-vv", "-W", "localhost:\(server.port)").start(input: .open)
                defer { running.kill() }
                try await running.prints("open confirm")
                try await Task.sleep(for: .seconds(1))
                #expect(running.isRunning)
            }
        }

        @Test("A server that takes one connection and listens no more has that one")
        func once() async throws {
            let script = """
                my $server = IO::Socket::IP->new(Listen => 1, LocalHost => "127.0.0.1", LocalPort => 0) or die;
                print $server->sockport, "\\n"; STDOUT->flush;
                my $client = $server->accept; close $server;
                my $line = <$client>; print $client "got $line";
                """
            try await withServer(script) { _, port in
                let child = try await sample.ssh().with("-W", "localhost:\(port)").run(input: .text("hello\n"))
                #expect(child.output == "got hello\n", "\(child.errors)")
            }
        }

        @Test("A server that closes its connections at once was connected: the end is no refusal")
        func closing() async throws {
            let script = """
                my $server = IO::Socket::IP->new(Listen => 9, LocalHost => "127.0.0.1", LocalPort => 0) or die;
                print $server->sockport, "\\n"; STDOUT->flush;
                while (my $client = $server->accept) { close $client }
                """
            try await withServer(script) { _, port in
                let child = try await sample.ssh().with("-vv", "-W", "localhost:\(port)").run()
                #expect(child.errors.contains("open confirm"), "\(child.errors)")
                #expect(child.status == 0)
            }
        }

        @Test("A server that starts between two tries is there for the second, and refused for the third when it has ended")
        func between() async throws {
            let port = 8765
            let ssh = try sample.ssh().with("-v", "-W", "localhost:\(port)")
            let refusal = "Remote: labgate: nothing listens on port \(port) in your lab"
            #expect(try await ssh.run().errors.contains(refusal))
            try await withServer(Self.echo, "127.0.0.1", "\(port)") { server, _ in
                let child = try await ssh.run(input: .text("hello\n"))
                #expect(child.output == "got hello\n", "\(child.errors)")
                server.kill()
            }
            let isGone = try await eventually(every: .milliseconds(200)) { try await ssh.run().errors.contains(refusal) }
            #expect(isGone)
        }

        @Test("A connection that nobody takes is not confirmed, but refused after a while, and confirmed if it is taken", .enabled(if: Python.isThere))
        func fullQueue() async throws {
            // The queue of one is filled from inside, with more than it takes; a line empties it.
            let script = """
                use IO::Select;
                my $server = IO::Socket::IP->new(Listen => 1, LocalHost => "127.0.0.1", LocalPort => 0) or die;
                my @own = map { IO::Socket::IP->new(PeerHost => "127.0.0.1", PeerPort => $server->sockport, Blocking => 0) } 1 .. 8;
                select undef, undef, undef, 1;
                print $server->sockport, "\\n"; STDOUT->flush;
                <STDIN>;
                close $_ for @own;
                while (my $client = $server->accept) { next if fork; while (my $line = <$client>) { print $client $line; $client->flush } exit }
                """
            try await withServer(script) { server, port in
                let waiting = try client.startScript("asyncssh_client", "full_queue", ["\(port)"])
                defer { waiting.kill() }
                try await waiting.prints("waiting", within: .seconds(60))
                let refused = try sample.gateway.logged("forwarding refused").map { $0["reason"].string }
                #expect(refused.contains("port \(port) in your lab does not answer"))
                try server.type("go on\n")
                let child = try await waiting.end(within: .seconds(60))
                #expect(child.status == 0, "\(child.errors)")
            }
        }

        @Test("A port on which nothing listens is refused each time on a node that is out of CPU, never opened and closed", .enabled(if: Python.isThere))
        func deadPort() async throws {
            let cores = ProcessInfo.processInfo.activeProcessorCount
            let burners = try (0..<cores * 2).map { _ in try ChildProcess.start(["sh", "-c", "while :; do :; done"]) }
            defer { for burner in burners { burner.kill() } }
            let child = try await client.script("asyncssh_client", "dead_port", "20")
            #expect(child.status == 0, "\(child.errors)")
        }
    }
}
