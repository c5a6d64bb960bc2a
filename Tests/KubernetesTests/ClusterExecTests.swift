import Foundation
import Testing
import Upstream

@testable import Kubernetes

/// Exec on the real cluster that `LABGATE_TEST_KUBECONFIG` names.
@Suite("Exec on a real cluster", .enabled(if: TestCluster.kubeconfig != nil), .serialized)
struct ClusterExecTests {
    @Test("reports every exit code as it is, with both streams complete")
    func exitCodes() async throws {
        try await TestCluster.withPod { client, pod in
            for code in [0, 1, 42, 127, 137, 255] {
                let request = pod.exec(["sh", "-c", "printf out; printf err >&2; exit \(code)"])
                try await client.withExec(request) { stream in
                    let output = await stream.collect()
                    #expect(output.stdout == Array("out".utf8))
                    #expect(output.stderr == Array("err".utf8))
                    #expect(stream.result == .exited(code: code))
                }
            }
            try await client.withExec(pod.exec(["/no/such/command"])) { stream in
                _ = await stream.collect()
                switch stream.result {
                // What the status says depends on the runtime and its version.
                case .failed(let status): #expect(status.message?.isEmpty == false)
                case .exited(let code): #expect([126, 127].contains(code))
                case .lost(let words): Issue.record("\(words)")
                }
            }
        }
    }

    @Test("refuses an exec in a pod or container that is not there, in its own words")
    func refusals() async throws {
        try await TestCluster.withPod { client, pod in
            var request = pod.exec(["true"])
            request.container = "none"
            let container = await #expect(throws: APIError.self) { try await client.withExec(request) { _ in } }
            #expect(container?.message.contains("none") == true)
            request.pod = "none"
            let missing = await #expect(throws: APIError.self) { try await client.withExec(request) { _ in } }
            #expect(missing?.isNotFound == true)
        }
    }

    @Test("carries 50 MB each way unchanged")
    func bulk() async throws {
        let size = 50_000_000
        try await TestCluster.withPod { client, pod in
            try await client.withExec(pod.exec(["head", "-c", "\(size)", "/dev/zero"])) { stream in
                var count = 0
                while case .stdout(let bytes)? = await stream.nextOutput() { count += bytes.count }
                #expect(count == size)
                #expect(stream.result == .exited(code: 0))
            }
            try await client.withExec(pod.exec(["sh", "-c", "head -c \(size) | cksum"])) { stream in
                let block = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
                for _ in 0..<(size / block.count) { try await stream.write(block) }
                let sum = String(decoding: await stream.collect().stdout, as: UTF8.self)
                #expect(sum.hasSuffix(" \(size)\n"))
                #expect(sum == Cksum.line(repeating: block, count: size / block.count))
                #expect(stream.result == .exited(code: 0))
            }
        }
    }

    @Test("gives a terminal that knows its size and echoes")
    func terminal() async throws {
        try await TestCluster.withPod { client, pod in
            try await client.withExec(pod.exec(["sh"], tty: true)) { stream in
                stream.resize(columns: 101, rows: 41)
                try await stream.write(Array("sleep 0.3; stty size; exit 3\n".utf8))
                let text = String(decoding: await stream.collect().stdout, as: UTF8.self)
                #expect(text.contains("41 101"))
                #expect(stream.result == .exited(code: 3))
            }
        }
    }

    @Test("survives messages without data, with and without terminal")
    func dataIdle() async throws {
        var configuration = APIClientConfiguration()
        configuration.podStreams.pingInterval = .milliseconds(50)
        configuration.podStreams.dataIdleInterval = .milliseconds(50)
        try await TestCluster.withPod { _, pod in
            let credentials = try ClusterCredentials.load(kubeconfig: TestCluster.kubeconfig)
            try await APIClient.with(credentials, configuration: configuration) { client in
                for tty in [true, false] {
                    let request = pod.exec(["sh", "-c", "sleep 1.5; read x; echo got $x; exit 7"], tty: tty)
                    try await client.withExec(request) { stream in
                        try await Task.sleep(for: .seconds(1))
                        try await stream.write(Array("yes\n".utf8))
                        let text = String(decoding: await stream.collect().stdout, as: UTF8.self)
                        #expect(text.contains("got yes"))
                        #expect(stream.result == .exited(code: 7))
                    }
                }
            }
        }
    }

    @Test("ends stdin where the cluster can, and says so where it can't")
    func halfClose() async throws {
        try await TestCluster.withPod { client, pod in
            try await client.withExec(pod.exec(["sort"])) { stream in
                try await stream.write(Array("b\na\n".utf8))
                if stream.supportsHalfClose {
                    try await stream.closeStdin()
                    #expect(await stream.collect().stdout == Array("a\nb\n".utf8))
                    #expect(stream.result == .exited(code: 0))
                } else {
                    await #expect(throws: StreamInputError.self) { try await stream.closeStdin() }
                }
            }
        }
    }
}

extension Pod {
    /// An exec in its container `main`.
    func exec(_ command: [String], tty: Bool = false) -> ExecRequest {
        ExecRequest(
            namespace: metadata.namespace, pod: metadata.name, container: "main", command: command, tty: tty)
    }
}
