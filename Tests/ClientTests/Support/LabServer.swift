import Foundation
@testable import TestSupport

/// A server in a student's lab, on the lab's own loopback, for clients to forward connections to.
struct LabServer {
    let port: Int

    /// Sends back whatever it gets, until that ends. With `discard` it never reads, with `speak` it
    /// speaks first, and with `http` it answers one request.
    private static let script = """
        use IO::Socket::INET;
        my $server = IO::Socket::INET->new(Listen => 100, LocalAddr => "127.0.0.1", LocalPort => 0, ReuseAddr => 1) or die;
        print $server->sockport, "\\n"; STDOUT->flush;
        $SIG{CHLD} = "IGNORE";
        while (1) {
            my $client = $server->accept or next;
            next if fork;
            if ($ARGV[0] eq "speak") { syswrite $client, "welcome\\n" }
            if ($ARGV[0] eq "discard") { sleep 100 }
            if ($ARGV[0] eq "http") {
                my $request = <$client>;
                $request =~ s/\\r?\\n//;
                1 until <$client> =~ /^\\r?\\n/;
                print $client "HTTP/1.0 200 OK\\r\\n\\r\\nyou asked for $request\\n";
                exit;
            }
            while (sysread $client, my $data, 65536) {
                for (my $done = 0; $done < length $data;) { $done += syswrite $client, $data, 65536, $done or exit }
            }
            exit;
        }
        """

    /// Runs `body` while the server runs.
    static func run<Value>(
        _ kind: String, in sample: SampleClass, _ body: (LabServer) async throws -> Value
    ) async throws -> Value {
        let command = "exec perl -e '\(script)' \(kind)"
        let server = try sample.ssh().start(command)
        defer { server.kill() }
        var port: Int?
        _ = try await eventually {
            port = Int(server.output.trimmingCharacters(in: .newlines))
            return port != nil
        }
        guard let port else { throw ChildProcess.Failure(description: "no server in the lab: \(server.errors)") }
        return try await body(LabServer(port: port))
    }

    /// A server that sends back whatever it gets.
    static func echo<Value>(in sample: SampleClass, _ body: (LabServer) async throws -> Value) async throws -> Value {
        try await run("echo", in: sample, body)
    }
}
