import Foundation
import Testing
import Upstream

@testable import Kubernetes

/// Port-forward on the real cluster that `LABGATE_TEST_KUBECONFIG` names.
@Suite("Port-forward on a real cluster", .enabled(if: TestCluster.kubeconfig != nil), .serialized)
struct ClusterPortForwardTests {
    /// Sends everything back on port 7777 of the pod's own loopback, one connection after another.
    private static let echo = """
        use IO::Socket::INET;
        my $server = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1", LocalPort => 7777) or die;
        print "listening\\n"; STDOUT->flush;
        while (my $client = $server->accept) { while (sysread $client, my $data, 65536) { syswrite $client, $data } }
        """

    @Test("carries 10 MB there and back unchanged, and says why where nothing listens")
    func echo() async throws {
        try await TestCluster.withPod { client, pod in
            try await client.withExec(pod.exec(["perl", "-e", Self.echo])) { server in
                #expect(await server.nextOutput() == .stdout(Array("listening\n".utf8)))
                try await client.withPortForward(pod.portForward(7777)) { stream in
                    try await echo(on: stream)
                    #expect(stream.failure == nil)
                }
                try await client.withPortForward(pod.portForward(7778)) { stream in
                    await stream.awaitSign()
                    #expect(stream.failure?.contains("refused") == true, "\(stream.failure ?? "")")
                }
            }
        }
    }

    @Test("takes no connection that the far side closes at once for a failed one")
    func closed() async throws {
        let script = """
            use IO::Socket::INET;
            my $server = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1", LocalPort => 7777) or die;
            print "listening\n"; STDOUT->flush;
            while (my $client = $server->accept) { close $client }
            """
        try await TestCluster.withPod { client, pod in
            try await client.withExec(pod.exec(["perl", "-e", script])) { server in
                #expect(await server.nextOutput() == .stdout(Array("listening\n".utf8)))
                try await client.withPortForward(pod.portForward(7777)) { stream in
                    await stream.awaitSign()
                    #expect(await stream.read() == nil)
                    #expect(stream.failure == nil)
                }
            }
        }
    }

    private func echo(on stream: PortForwardStream) async throws {
        let block = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for _ in 0..<100 { try await stream.write(block) } }
            var received: [UInt8] = []
            var count = 0
            while count < 10_000_000, let bytes = await stream.read() {
                count += bytes.count
                received += bytes
                while received.count >= block.count {
                    try #require(received.starts(with: block))
                    received.removeFirst(block.count)
                }
            }
            #expect(count == 10_000_000)
            try await group.waitForAll()
        }
    }

    @Test("refuses a pod that is not there, in the API server's words")
    func refusal() async throws {
        try await TestCluster.withNamespace { client, namespace in
            let request = PortForwardRequest(namespace: namespace, pod: "none", port: 1)
            let error = await #expect(throws: APIError.self) { try await client.withPortForward(request) { _ in } }
            #expect(error?.isNotFound == true)
            #expect(error?.operation == "port-forward \(namespace)/none 1")
        }
    }
}

extension Pod {
    fileprivate func portForward(_ port: UInt16) -> PortForwardRequest {
        PortForwardRequest(namespace: metadata.namespace, pod: metadata.name, port: port)
    }
}
