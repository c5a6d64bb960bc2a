import Foundation
import NIOSSL
import Testing

@testable import Kubernetes

@Suite("A kubeconfig")
struct KubeconfigTests {
    /// A kubeconfig with one context and these lines of a cluster and a user.
    static func config(cluster: [String] = [], user: [String] = []) -> String {
        ([
            """
            apiVersion: v1
            kind: Config
            current-context: main
            contexts:
            - name: main
              context: {cluster: c1, user: u1, namespace: labs}
            - name: other
              context: {cluster: c2, user: u1}
            - name: lost
              context: {cluster: c1, user: nobody}
            clusters:
            - name: c2
              cluster: {server: "http://[::1]:8080/prefix/"}
            - name: c1
              cluster:
                server: https://k8s.example:6443
            """
        ] + cluster.map { "    \($0)" }
            + ["users:", "- name: u1", "  user:", "    fieldOfTheFuture: 1"] + user.map { "    \($0)" })
            .joined(separator: "\n")
    }

    private func load(
        _ config: String, context: String? = nil, files: [String: String] = [:],
        _ body: (ClusterCredentials) async throws -> Void = { _ in }
    ) async throws {
        try await TemporaryDirectory.with(files.merging(["config": config]) { $1 }) { directory in
            try await body(ClusterCredentials.load(kubeconfig: directory + "/config", context: context))
        }
    }

    private func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    @Test("gives server, namespace and token of the current context")
    func plain() async throws {
        try await load(Self.config(user: ["token: abc"])) { credentials in
            #expect(credentials.namespace == "labs")
            #expect(credentials.server.authority == "k8s.example:6443")
            #expect(credentials.server.usesTLS)
            #expect(credentials.tls?.certificateVerification == .fullVerification)
            try await #expect(credentials.tokenSource.token() == "abc")
        }
    }

    @Test("gives another context by name")
    func otherContext() async throws {
        try await load(Self.config(), context: "other") { credentials in
            #expect(credentials.namespace == "default")
            #expect(credentials.server.host == "::1")
            #expect(credentials.server.authority == "[::1]:8080")
            #expect(credentials.server.pathPrefix == "/prefix")
            #expect(credentials.tls == nil)
            try await #expect(credentials.tokenSource.token() == nil)
        }
    }

    @Test("takes certificates inline, which come first, or from files beside it")
    func certificates() async throws {
        let inline = Self.config(
            cluster: [
                "certificate-authority: missing", "certificate-authority-data: \(base64(TestCertificates.authority))",
            ],
            user: [
                "client-certificate-data: \(base64(TestCertificates.certificate))",
                "client-key-data: \(base64(TestCertificates.privateKey))",
            ])
        let files = Self.config(
            cluster: ["certificate-authority: ca.crt", "tls-server-name: kubernetes.test"],
            user: ["client-certificate: tls.crt", "client-key: tls.key"])
        let contents = [
            "ca.crt": TestCertificates.authority, "tls.crt": TestCertificates.certificate,
            "tls.key": TestCertificates.privateKey,
        ]
        for config in [inline, files] {
            try await load(config, files: contents) { credentials in
                guard case .certificates(let roots)? = credentials.tls?.trustRoots else {
                    Issue.record("no authority")
                    return
                }
                #expect(roots.count == 1)
                #expect(credentials.tls?.certificateChain.count == 1)
                #expect(credentials.tls?.privateKey != nil)
            }
        }
    }

    @Test("turns certificate checks off only where it says so")
    func insecure() async throws {
        try await load(Self.config(cluster: ["insecure-skip-tls-verify: true"])) { credentials in
            #expect(credentials.tls?.certificateVerification == CertificateVerification.none)
        }
    }

    @Test("reads a token file, which comes before an inline token")
    func tokenFile() async throws {
        try await load(Self.config(user: ["token: inline", "tokenFile: token"]), files: ["token": "from-file\n"]) {
            let token = try await $0.tokenSource.token()
            #expect(token == "from-file")
        }
        try await load(Self.config(user: ["token: inline", "tokenFile: missing"])) {
            let token = try await $0.tokenSource.token()
            #expect(token == "inline")
        }
    }

    /// Lines of the cluster, lines of the user, the key at fault, words of the message.
    private static let unfit: [([String], [String], String, String)] = [
        (["proxy-url: http://p"], [], "clusters[c1].cluster.proxy-url", "proxies are not supported (context main)"),
        (["certificate-authority-data: '%'"], [], "clusters[c1].cluster.certificate-authority-data", "not base64"),
        (["certificate-authority-data: YWJj"], [], "clusters[c1].cluster.certificate-authority-data", "no PEM"),
        (["certificate-authority: none.crt"], [], "clusters[c1].cluster.certificate-authority", "can't read"),
        ([], ["auth-provider: {name: gcp}"], "users[u1].user.auth-provider", "use an exec plug-in (context main)"),
        ([], ["username: x"], "users[u1].user.username", "basic authentication"),
        ([], ["password: x"], "users[u1].user.password", "basic authentication"),
        ([], ["as: x"], "users[u1].user.as", "impersonation"),
        ([], ["as-groups: [x]"], "users[u1].user.as-groups", "impersonation"),
        ([], ["client-certificate-data: YWJj"], "users[u1].user.client-certificate-data", "no client-key"),
        ([], ["client-key-data: YWJj"], "users[u1].user.client-key-data", "no client-certificate"),
        (
            [], ["exec: {command: x, apiVersion: client.authentication.k8s.io/v1alpha1}"],
            "users[u1].user.exec.apiVersion", "v1alpha1"
        ),
        (
            [], ["exec: {command: x, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always}"],
            "users[u1].user.exec.interactiveMode", "terminal"
        ),
        ([], ["token: [1]"], "users[0].user.token", ""),
    ]

    @Test("is refused in words that name file and key where something is not supported or wrong", arguments: unfit)
    func refusals(cluster: [String], user: [String], key: String, words: String) async throws {
        try await TemporaryDirectory.with(["config": Self.config(cluster: cluster, user: user)]) { directory in
            let file = directory + "/config"
            let error = #expect(throws: CredentialsError.self) { try ClusterCredentials.load(kubeconfig: file) }
            #expect(error?.file == file)
            #expect(error?.key == key)
            #expect(words.isEmpty || error?.message.contains(words) == true, "\(error?.message ?? "")")
            #expect(error?.description.hasPrefix("\(file): \(key): ") == true)
        }
    }

    @Test("is refused where the context leads nowhere")
    func lostContext() async throws {
        try await TemporaryDirectory.with(["config": Self.config(), "empty": "", "bad": "a: [", "none": "kind: Config"]) { directory in
            let missing = #expect(throws: CredentialsError.self) {
                try ClusterCredentials.load(kubeconfig: directory + "/config", context: "nowhere")
            }
            #expect(missing?.message == #"no entry named "nowhere"; there is main, other, lost"#)
            let user = #expect(throws: CredentialsError.self) {
                try ClusterCredentials.load(kubeconfig: directory + "/config", context: "lost")
            }
            #expect(user?.message == #"no entry named "nobody", which the context "lost" names; there is u1"#)
            for name in ["empty", "bad", "none", "not-there"] {
                let error = #expect(throws: CredentialsError.self) {
                    try ClusterCredentials.load(kubeconfig: directory + "/" + name)
                }
                #expect(error?.file.hasSuffix(name) == true)
            }
        }
    }

    @Test("is the first existing file of KUBECONFIG, else the one at home")
    func defaultPath() async throws {
        try await TemporaryDirectory.with(["b": "", "c": ""]) { directory in
            let list = ["a", "b", "c"].map { directory + "/" + $0 }.joined(separator: ":")
            try #expect(Kubeconfig.defaultPath(environment: ["KUBECONFIG": list]) == directory + "/b")
            try #expect(Kubeconfig.defaultPath(environment: ["KUBECONFIG": "", "HOME": "/h"]) == "/h/.kube/config")
            #expect(throws: CredentialsError.self) {
                try Kubeconfig.defaultPath(environment: ["KUBECONFIG": directory + "/a"])
            }
        }
    }

    @Test("is not needed in a pod, where the service account is mounted")
    func serviceAccount() async throws {
        let files = ["ca.crt": TestCertificates.authority, "token": "t1\n", "namespace": "labs\n"]
        try await TemporaryDirectory.with(files) { directory in
            let environment = ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"]
            let account = ServiceAccount(directory: directory, environment: environment)
            let credentials = try account.credentials()
            #expect(credentials.server.authority == "[fd00::1]:443")
            #expect(credentials.namespace == "labs")
            try await #expect(credentials.tokenSource.token() == "t1")
            #expect(throws: CredentialsError.self) {
                try ServiceAccount(directory: directory, environment: [:]).credentials()
            }
            #expect(throws: CredentialsError.self) {
                try ServiceAccount(directory: directory + "/none", environment: environment).credentials()
            }
        }
    }
}
