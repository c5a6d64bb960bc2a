import Foundation
import Synchronization
import Testing

@testable import Kubernetes

@Suite("A bearer token")
struct TokenTests {
    /// Counts loads and can be told to fail; its clock is moved by the test.
    private final class Loader: Sendable {
        private let state = Mutex((count: 0, fails: false, now: Date(timeIntervalSince1970: 0)))

        var count: Int { state.withLock { $0.count } }
        func fail(_ fails: Bool) { state.withLock { $0.fails = fails } }
        func advance(_ seconds: TimeInterval) { state.withLock { $0.now += seconds } }

        func cache(keepsOldOnFailure: Bool, validity: TimeInterval?) -> CachedToken {
            CachedToken(keepsOldOnFailure: keepsOldOnFailure, now: { self.state.withLock { $0.now } }) {
                try self.state.withLock { state in
                    state.count += 1
                    if state.fails { throw CredentialsError(file: "f", message: "no token") }
                    let validUntil = validity.map { state.now + $0 }
                    return .init(token: "t\(state.count)", validUntil: validUntil)
                }
            }
        }
    }

    @Test("is loaded once and used until it expires")
    func expiry() async throws {
        let loader = Loader()
        let cache = loader.cache(keepsOldOnFailure: false, validity: 60)
        try await #expect(cache.token() == "t1")
        loader.advance(59)
        try await #expect(cache.token() == "t1")
        loader.advance(2)
        try await #expect(cache.token() == "t2")
    }

    @Test("is loaded once for many that need it at the same time")
    func singleFlight() async throws {
        let loader = Loader()
        let cache = loader.cache(keepsOldOnFailure: false, validity: nil)
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<50 { group.addTask { try await cache.token() } }
            for try await token in group { #expect(token == "t1") }
        }
        #expect(loader.count == 1)
    }

    @Test("stays in use when a file can't be read anew, but not when a plug-in fails")
    func failures() async throws {
        let loader = Loader()
        let file = loader.cache(keepsOldOnFailure: true, validity: 60)
        let plugin = loader.cache(keepsOldOnFailure: false, validity: 60)
        let tokens = [try await file.token(), try await plugin.token()]
        loader.advance(61)
        loader.fail(true)
        try await #expect(file.token() == tokens[0])
        await #expect(throws: CredentialsError.self) { try await plugin.token() }
        loader.fail(false)
        try await #expect(file.token() == "t5")
        try await #expect(plugin.token() == "t6")
    }

    @Test("is got anew after the API server refused it")
    func refused() async throws {
        let loader = Loader()
        let cache = loader.cache(keepsOldOnFailure: false, validity: nil)
        let source = TokenSource.cached(cache)
        try await #expect(source.token() == "t1")
        source.refused("another")
        try await #expect(source.token() == "t1")
        source.refused("t1")
        try await #expect(source.token() == "t2")
    }

    /// The credentials of a kubeconfig whose user has a plug-in.
    private func withPlugin(
        _ script: String, _ lines: [String] = [], version: String = "v1",
        _ body: (TokenSource) async throws -> Void
    ) async throws {
        let exec = ["exec:", "  apiVersion: client.authentication.k8s.io/\(version)", "  command: ./plugin"]
        let config = KubeconfigTests.config(
            cluster: ["tls-server-name: kubernetes.test"], user: exec + lines.map { "  \($0)" })
        try await TemporaryDirectory.with(["config": config, "plugin": "#!/bin/sh\n\(script)\n"]) { directory in
            try await body(ClusterCredentials.load(kubeconfig: directory + "/config").tokenSource)
        }
    }

    private static func credential(_ status: String, version: String = "v1") -> String {
        #"echo '{"apiVersion":"client.authentication.k8s.io/\#(version)","kind":"ExecCredential","status":\#(status)}'"#
    }

    @Test("comes from a plug-in with its arguments and environment", arguments: ["v1", "v1beta1"])
    func plugin(version: String) async throws {
        let script =
            #"status="{\"token\":\"$1-$WHO\"}"; "#
            + #"echo "{\"apiVersion\":\"client.authentication.k8s.io/\#(version)\",\"kind\":\"ExecCredential\",\"status\":$status}""#
        try await withPlugin(script, ["args: [one]", "env: [{name: WHO, value: me}]"], version: version) {
            let token = try await $0.token()
            #expect(token == "one-me")
        }
    }

    @Test("comes from a plug-in that is told of the cluster if it wants to be")
    func clusterInfo() async throws {
        let script =
            #"case "$KUBERNETES_EXEC_INFO" in *kubernetes.test*) t=told;; *ExecCredential*) t=untold;; esac; "#
            + #"echo "{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"$t\"}}""#
        try await withPlugin(script, ["provideClusterInfo: true"]) {
            let token = try await $0.token()
            #expect(token == "told")
        }
        try await withPlugin(script) {
            let token = try await $0.token()
            #expect(token == "untold")
        }
    }

    @Test("from a plug-in is asked for again once it has expired, or nearly so")
    func pluginExpiry() async throws {
        let soon = Date(timeIntervalSinceNow: 5).formatted(.iso8601)
        let later = Date(timeIntervalSinceNow: 500).formatted(.iso8601)
        for (expiry, isAskedAgain) in [(soon, true), (later, false)] {
            let script =
                "echo x >> \"$0.calls\"; "
                + Self.credential(#"{"token":"'$(wc -l < "$0.calls")'","expirationTimestamp":"\#(expiry)"}"#)
            try await withPlugin(script) { source in
                try await #expect(source.token() == "1")
                try await #expect(source.token() == (isAskedAgain ? "2" : "1"))
            }
        }
    }

    @Test(
        "can't be had from a plug-in that fails, in words that say why",
        arguments: [
            ("exit 3", "ended with exit code 3"),
            ("echo nonsense", "printed no ExecCredential"),
            (#"echo '{"apiVersion":"v2","kind":"ExecCredential"}'"#, "instead of client.authentication.k8s.io/v1"),
            (credential("{}"), "gave no token"),
            (
                credential(#"{"clientCertificateData":"x","clientKeyData":"y"}"#),
                "client certificate, which is not supported"
            ),
            ("kill -9 $$", "ended by signal 9"),
            ("yes | head -c 3000000", "printed more than"),
        ])
    func pluginFailures(script: String, words: String) async throws {
        try await withPlugin(script) { source in
            let error = await #expect(throws: CredentialsError.self) { try await source.token() }
            #expect(error?.key == "users[u1].user.exec")
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        }
    }

    @Test("can't be had from a plug-in that isn't installed; its hint is passed on")
    func missingPlugin() async throws {
        let exec = [
            "exec:", "  apiVersion: client.authentication.k8s.io/v1", "  command: no-such-plugin-here",
            "  installHint: install it",
        ]
        try await TemporaryDirectory.with(["config": KubeconfigTests.config(user: exec)]) { directory in
            let source = try ClusterCredentials.load(kubeconfig: directory + "/config").tokenSource
            let error = await #expect(throws: CredentialsError.self) { try await source.token() }
            #expect(error?.message.hasSuffix("not found; install it") == true, "\(error?.message ?? "")")
        }
    }
}
