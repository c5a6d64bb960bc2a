/// The keys of a kubeconfig that matter here, those included that must be refused.
struct KubeconfigDocument: Decodable {
    var currentContext: String?
    var contexts: [NamedContext]?
    var clusters: [NamedCluster]?
    var users: [NamedUser]?

    private enum CodingKeys: String, CodingKey {
        case contexts, clusters, users
        case currentContext = "current-context"
    }

    struct NamedContext: KubeconfigEntry {
        var name: String
        var context: KubeconfigContext
    }

    struct NamedCluster: KubeconfigEntry {
        var name: String
        var cluster: KubeconfigCluster
    }

    struct NamedUser: KubeconfigEntry {
        var name: String
        var user: KubeconfigUser
    }
}

/// An entry of one of a kubeconfig's lists.
protocol KubeconfigEntry: Decodable {
    var name: String { get }
}

/// Which cluster, as whom, and in which namespace.
struct KubeconfigContext: Decodable {
    var cluster: String
    var user: String?
    var namespace: String?
}

/// Where a cluster is and how it proves itself.
struct KubeconfigCluster: Decodable {
    var server: String?
    var tlsServerName: String?
    var insecureSkipTLSVerify: Bool?
    var certificateAuthority: String?
    var certificateAuthorityData: String?
    var proxyURL: String?
    var extensions: [Extension]?

    struct Extension: Decodable {
        var name: String
        var `extension`: JSONValue?
    }

    private enum CodingKeys: String, CodingKey {
        case server, extensions
        case tlsServerName = "tls-server-name"
        case insecureSkipTLSVerify = "insecure-skip-tls-verify"
        case certificateAuthority = "certificate-authority"
        case certificateAuthorityData = "certificate-authority-data"
        case proxyURL = "proxy-url"
    }
}

/// How to prove who we are.
struct KubeconfigUser: Decodable {
    var clientCertificate: String?
    var clientCertificateData: String?
    var clientKey: String?
    var clientKeyData: String?
    var token: String?
    var tokenFile: String?
    var exec: KubeconfigExec?
    var authProvider: JSONValue?
    var username: String?
    var password: String?
    var impersonate: String?
    var impersonateUID: String?
    var impersonateGroups: [String]?
    var impersonateExtra: JSONValue?

    private enum CodingKeys: String, CodingKey {
        case token, tokenFile, exec, username, password
        case clientCertificate = "client-certificate"
        case clientCertificateData = "client-certificate-data"
        case clientKey = "client-key"
        case clientKeyData = "client-key-data"
        case authProvider = "auth-provider"
        case impersonate = "as"
        case impersonateUID = "as-uid"
        case impersonateGroups = "as-groups"
        case impersonateExtra = "as-user-extra"
    }
}

/// A command that prints credentials.
struct KubeconfigExec: Decodable {
    var apiVersion: String?
    var command: String
    var args: [String]?
    var env: [Variable]?
    var installHint: String?
    var provideClusterInfo: Bool?
    var interactiveMode: String?

    struct Variable: Decodable {
        var name: String
        var value: String
    }
}
