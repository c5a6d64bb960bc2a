import Foundation
import Testing

extension Namespace {
    /// A kubeconfig with the token of a new service account, which has a role of the namespace and nothing else.
    func kubeconfig(ofAccountWithRole role: String) async throws -> URL {
        let account = "gateway-\(role)"
        try await kubectl("create", "serviceaccount", account)
        try await kubectl("create", "rolebinding", account, "--role=\(role)", "--serviceaccount=\(name):\(account)")
        // `kubectl create token` is younger than some clusters.
        let answer = try await kubectl(
            "create", "--filename=-", "--raw", "/api/v1/namespaces/\(name)/serviceaccounts/\(account)/token",
            input: #"{"kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "spec": {}}"#)
        let token = try #require(JSON(parsing: answer)["status"]["token"].string)
        let text = try await Cluster.kubectl(["config", "view", "--raw", "--minify", "--flatten", "--output=json"])
        let cluster = try #require(JSON(parsing: text)["clusters"].array.first)["cluster"]
        let url = try TemporaryFolder.make().appending(path: "kubeconfig")
        let document = """
            apiVersion: v1
            kind: Config
            current-context: test
            contexts: [{name: test, context: {cluster: test, user: test}}]
            clusters:
              - name: test
                cluster:
                  server: \(cluster["server"].string ?? "")
                  certificate-authority-data: \(cluster["certificate-authority-data"].string ?? "")
            users: [{name: test, user: {token: "\(token)"}}]
            """
        try Data(document.utf8).write(to: url)
        return url
    }
}
