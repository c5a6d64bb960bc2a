import Foundation
import NIOSSL

/// Where a cluster's API server is and how to prove to it who we are.
public struct ClusterCredentials: Sendable {
    /// The namespace of the kubeconfig's context or of the service account; `default` where none is named.
    public var namespace: String
    /// The API server.
    var server: ServerAddress
    /// Certificates to trust and to show; nil for a server without TLS.
    var tls: TLSConfiguration?
    /// Where the bearer token comes from.
    var tokenSource: TokenSource

    /// Reads a kubeconfig.
    ///
    /// - Parameters:
    ///   - path: The file; nil means the first existing file of the colon-separated list in the environment
    ///     variable `KUBECONFIG` (files are not merged), else `~/.kube/config`.
    ///   - context: The context to use; nil means the file's `current-context`.
    /// - Throws: ``CredentialsError``, naming file and key.
    public static func load(kubeconfig path: String? = nil, context: String? = nil) throws(CredentialsError) -> Self {
        let file: String
        if let path {
            file = path
        } else {
            file = try Kubeconfig.defaultPath(environment: ProcessInfo.processInfo.environment)
        }
        return try Kubeconfig(contentsOf: file).credentials(context: context)
    }

    /// Reads what Kubernetes mounts into every pod that has a service account.
    ///
    /// - Throws: ``CredentialsError`` if this process runs in no pod, or the pod mounts no token.
    public static func inCluster() throws(CredentialsError) -> Self {
        try ServiceAccount(environment: ProcessInfo.processInfo.environment).credentials()
    }
}
