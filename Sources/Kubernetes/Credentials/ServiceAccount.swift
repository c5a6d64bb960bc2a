import Foundation
import NIOSSL

/// The service account that Kubernetes mounts into a pod.
struct ServiceAccount {
    /// Where the kubelet mounts it.
    var directory = "/var/run/secrets/kubernetes.io/serviceaccount"
    /// The process's environment, which names the API server.
    var environment: [String: String]

    /// The credentials; the token is read anew every minute, as the kubelet rotates it.
    func credentials() throws(CredentialsError) -> ClusterCredentials {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], let port = environment["KUBERNETES_SERVICE_PORT"],
            let server = ServerAddress(url: "https://\(ServerAddress.authority(host, Int(port) ?? 443))")
        else {
            throw CredentialsError(
                file: directory, message: "not in a pod: KUBERNETES_SERVICE_HOST and _PORT are not set")
        }
        var tls = TLSConfiguration.makeClientConfiguration()
        let authority = directory + "/ca.crt"
        tls.trustRoots = .certificates(
            try PEM.certificates(PEM.read(authority, key: nil, in: authority), in: authority))
        let token = TokenFile(path: directory + "/token", fallback: nil)
        _ = try token.read()
        let namespace = try? String(contentsOfFile: directory + "/namespace", encoding: .utf8)
        return ClusterCredentials(
            namespace: namespace?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "default",
            server: server, tls: tls, tokenSource: .cached(CachedToken(file: token))
        )
    }
}
