import Foundation
import NIOHTTP1
import Testing
import Upstream

@testable import Kubernetes

@Suite("TLS")
struct TLSTests {
    /// The credentials of a kubeconfig for a server on this machine whose certificate is for `kubernetes.test`.
    private func with(
        port: Int, _ cluster: [String], _ body: (APIClient) async throws -> Void
    ) async throws {
        let config = KubeconfigTests.config(cluster: cluster)
            .replacing("https://k8s.example:6443", with: "https://127.0.0.1:\(port)")
        try await TemporaryDirectory.with(["config": config, "ca.crt": TestCertificates.authority]) { directory in
            var configuration = APIClientConfiguration()
            // Connecting is tried again until then, also after a refused certificate.
            configuration.connectTimeout = .milliseconds(500)
            let credentials = try ClusterCredentials.load(kubeconfig: directory + "/config")
            try await APIClient.with(credentials, configuration: configuration, body)
        }
    }

    @Test("checks the certificate against the name the kubeconfig gives, for requests and exec alike")
    func serverName() async throws {
        let trusted = ["certificate-authority: ca.crt", "tls-server-name: kubernetes.test"]
        try await FakeAPIServer.with(tls: true) { request, responder in
            let host = request.head.headers["Host"].first ?? ""
            try await responder.answer(#"{"major":"1","minor":"20","gitVersion":"\#(host)"}"#)
        } _: { port in
            try await with(port: port, trusted) { client in
                try await #expect(client.version().gitVersion == "127.0.0.1:\(port)")
            }
        }
        try await FakeExecServer.with(.init(tls: true)) { port, _ in
            try await with(port: port, trusted) { client in
                try await client.withExec(ExecStreamTests.request()) { stream in
                    _ = await stream.collect()
                    #expect(stream.result == .exited(code: 0))
                }
            }
        }
    }

    @Test(
        "accepts no other name and no other authority",
        arguments: [
            ["certificate-authority: ca.crt"],
            ["certificate-authority: ca.crt", "tls-server-name: other.test"],
            ["tls-server-name: kubernetes.test"],
        ])
    func refusals(cluster: [String]) async throws {
        try await FakeAPIServer.with(tls: true) { _, responder in
            try await responder.answer(#"{"major":"1","minor":"20"}"#)
        } _: { port in
            try await with(port: port, cluster) { client in
                let error = await #expect(throws: APIError.self) { try await client.version() }
                #expect([.transport, .timeout].contains(error?.code))
            }
        }
        try await FakeExecServer.with(.init(tls: true)) { port, _ in
            try await with(port: port, cluster) { client in
                let error = await #expect(throws: APIError.self) {
                    try await client.withExec(ExecStreamTests.request()) { _ in Issue.record("the body ran") }
                }
                #expect(error?.code == .transport)
            }
        }
    }

    @Test("accepts any certificate where the kubeconfig says so")
    func insecure() async throws {
        try await FakeExecServer.with(.init(tls: true)) { port, _ in
            try await with(port: port, ["insecure-skip-tls-verify: true"]) { client in
                try await client.withExec(ExecStreamTests.request()) { stream in
                    _ = await stream.collect()
                    #expect(stream.result == .exited(code: 0))
                }
            }
        }
    }

    @Test("that is cut without its farewell is no success", arguments: [0, 6, 7, 8])
    func cut(messages: Int) async throws {
        var behaviour = FakeExecServer.Behaviour {
            for number in 0..<4 { try await $0.stdout("\(number)") }
            try await $0.exit(0)
        }
        behaviour.tls = true
        behaviour.cutAfterMessages = messages
        try await FakeExecServer.with(behaviour) { port, _ in
            try await with(port: port, ["insecure-skip-tls-verify: true"]) { client in
                try await client.withExec(ExecStreamTests.request()) { stream in
                    _ = await stream.collect()
                    if messages < 8 {
                        guard case .lost = stream.result else { throw ExecStreamTests.Unexpected("\(stream.result)") }
                    } else {
                        #expect(stream.result == .exited(code: 0))
                    }
                }
            }
        }
    }
}
