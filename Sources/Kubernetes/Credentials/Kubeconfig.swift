import Foundation
import NIOSSL
import Yams

/// A kubeconfig file (`v1/Config`), as far as this client understands it.
struct Kubeconfig {
    /// The file it was read from; relative paths in it start at the file's directory.
    let file: String
    private let document: KubeconfigDocument

    /// Reads and decodes a file.
    init(contentsOf file: String) throws(CredentialsError) {
        self.file = file
        let text: String
        do {
            text = try String(contentsOfFile: file, encoding: .utf8)
        } catch {
            throw CredentialsError(file: file, message: "can't read it: \(error.localizedDescription)")
        }
        do {
            document = try YAMLDecoder().decode(KubeconfigDocument.self, from: text)
        } catch let error as DecodingError {
            throw CredentialsError(file: file, key: error.path, message: error.words)
        } catch {
            throw CredentialsError(file: file, message: "no valid YAML: \(error)")
        }
    }

    /// The file to read when none is named: the first existing one in `KUBECONFIG`, else `~/.kube/config`.
    static func defaultPath(environment: [String: String]) throws(CredentialsError) -> String {
        if let list = environment["KUBECONFIG"], !list.isEmpty {
            let paths = list.split(separator: ":").map(String.init)
            if let path = paths.first(where: { FileManager.default.fileExists(atPath: $0) }) { return path }
            throw CredentialsError(file: list, key: "KUBECONFIG", message: "none of these files exists")
        }
        guard let home = environment["HOME"] else {
            throw CredentialsError(file: "~/.kube/config", message: "neither KUBECONFIG nor HOME is set")
        }
        return home + "/.kube/config"
    }

    /// What the context tells: the server, whom to trust, and who we are.
    func credentials(context name: String?) throws(CredentialsError) -> ClusterCredentials {
        guard let name = name ?? document.currentContext, !name.isEmpty else {
            throw CredentialsError(
                file: file, key: "current-context", message: "not set; name a context or set one with kubectl")
        }
        let context = try find(name, in: document.contexts, list: "contexts").context
        let cluster = try find(context.cluster, in: document.clusters, list: "clusters", for: name).cluster
        let clusterKey = "clusters[\(context.cluster)].cluster"
        let server = try serverAddress(cluster, key: clusterKey, context: name)
        var tls = server.usesTLS ? try trust(cluster, key: clusterKey) : nil
        let userName = context.user ?? ""
        let user =
            userName.isEmpty ? KubeconfigUser() : try find(userName, in: document.users, list: "users", for: name).user
        let userKey = "users[\(userName)].user"
        try refuseUnsupported(user, key: userKey, context: name)
        try addClientCertificate(user, key: userKey, to: &tls)
        return ClusterCredentials(
            namespace: context.namespace.flatMap { $0.isEmpty ? nil : $0 } ?? "default",
            server: server, tls: tls,
            tokenSource: try tokenSource(user, key: userKey, cluster: cluster, server: server)
        )
    }

    /// An absolute path for one that stands in the file.
    func resolve(_ path: String) -> String {
        path.hasPrefix("/") ? path : URL(fileURLWithPath: file).deletingLastPathComponent().path + "/" + path
    }
}

// MARK: - Cluster

extension Kubeconfig {
    private func serverAddress(
        _ cluster: KubeconfigCluster, key: String, context: String
    ) throws(CredentialsError) -> ServerAddress {
        if let proxy = cluster.proxyURL, !proxy.isEmpty {
            throw CredentialsError(
                file: file, key: "\(key).proxy-url",
                message: "proxies are not supported (context \(context)); reach the API server directly")
        }
        let tlsServerName = cluster.tlsServerName.flatMap { $0.isEmpty ? nil : $0 }
        guard let server = ServerAddress(url: cluster.server ?? "", tlsServerName: tlsServerName) else {
            throw CredentialsError(
                file: file, key: "\(key).server", message: "\"\(cluster.server ?? "")\" is no http or https URL")
        }
        return server
    }

    private func trust(_ cluster: KubeconfigCluster, key: String) throws(CredentialsError) -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let authority = try material(
            cluster.certificateAuthorityData, path: cluster.certificateAuthority, key: "\(key).certificate-authority")
        {
            tls.trustRoots = .certificates(try PEM.certificates(authority.bytes, key: authority.key, in: file))
        }
        if cluster.insecureSkipTLSVerify == true {
            // Said in the kubeconfig in so many words.
            tls.certificateVerification = .none
        }
        return tls
    }
}

// MARK: - User

extension Kubeconfig {
    private func refuseUnsupported(_ user: KubeconfigUser, key: String, context: String) throws(CredentialsError) {
        let refusals: [(isSet: Bool, name: String, advice: String)] = [
            (user.authProvider != nil, "auth-provider", "removed from Kubernetes in 1.26; use an exec plug-in"),
            (user.username != nil, "username", "basic authentication was removed from Kubernetes in 1.19"),
            (user.password != nil, "password", "basic authentication was removed from Kubernetes in 1.19"),
            (user.impersonate != nil, "as", "impersonation is not supported"),
            (user.impersonateUID != nil, "as-uid", "impersonation is not supported"),
            (user.impersonateGroups != nil, "as-groups", "impersonation is not supported"),
            (user.impersonateExtra != nil, "as-user-extra", "impersonation is not supported"),
        ]
        if let refusal = refusals.first(where: \.isSet) {
            throw CredentialsError(
                file: file, key: "\(key).\(refusal.name)", message: "\(refusal.advice) (context \(context))")
        }
    }

    private func addClientCertificate(
        _ user: KubeconfigUser, key: String, to tls: inout TLSConfiguration?
    ) throws(CredentialsError) {
        let certificate = try material(
            user.clientCertificateData, path: user.clientCertificate, key: "\(key).client-certificate")
        let privateKey = try material(user.clientKeyData, path: user.clientKey, key: "\(key).client-key")
        switch (certificate, privateKey) {
        case (let certificate?, let privateKey?):
            let chain = try PEM.certificates(certificate.bytes, key: certificate.key, in: file)
            tls?.certificateChain = chain.map { .certificate($0) }
            tls?.privateKey = .privateKey(try PEM.privateKey(privateKey.bytes, key: privateKey.key, in: file))
        case (let certificate?, nil):
            throw CredentialsError(file: file, key: certificate.key, message: "there is no client-key for it")
        case (nil, let privateKey?):
            throw CredentialsError(file: file, key: privateKey.key, message: "there is no client-certificate for it")
        case (nil, nil):
            break
        }
    }

    private func tokenSource(
        _ user: KubeconfigUser, key: String, cluster: KubeconfigCluster, server: ServerAddress
    ) throws(CredentialsError) -> TokenSource {
        if let path = user.tokenFile, !path.isEmpty {
            let token = TokenFile(path: resolve(path), fallback: user.token)
            _ = try token.read()
            return .cached(CachedToken(file: token))
        }
        if let token = user.token, !token.isEmpty { return .fixed(token) }
        guard let exec = user.exec else { return .none }
        let plugin = try ExecPlugin(exec, kubeconfig: self, key: "\(key).exec", cluster: cluster, server: server)
        return .cached(CachedToken(keepsOldOnFailure: false) { try plugin.run() })
    }
}

// MARK: - Helpers

extension Kubeconfig {
    /// Inline data, or else the contents of the file named; nil if there is neither.
    private func material(
        _ data: String?, path: String?, key: String
    ) throws(CredentialsError) -> (bytes: [UInt8], key: String)? {
        if let data, !data.isEmpty {
            guard let decoded = Data(base64Encoded: data, options: .ignoreUnknownCharacters) else {
                throw CredentialsError(file: file, key: "\(key)-data", message: "not base64")
            }
            return ([UInt8](decoded), "\(key)-data")
        }
        guard let path, !path.isEmpty else { return nil }
        return (try PEM.read(resolve(path), key: key, in: file), key)
    }

    private func find<Entry: KubeconfigEntry>(
        _ name: String, in entries: [Entry]?, list: String, for context: String? = nil
    ) throws(CredentialsError) -> Entry {
        if let entry = entries?.first(where: { $0.name == name }) { return entry }
        let names = (entries ?? []).map(\.name).joined(separator: ", ")
        let use = context.map { ", which the context \"\($0)\" names" } ?? ""
        throw CredentialsError(
            file: file, key: list,
            message: "no entry named \"\(name)\"\(use); there is \(names.isEmpty ? "none" : names)")
    }
}

extension DecodingError {
    fileprivate var context: Context? {
        switch self {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
            .dataCorrupted(let context):
            context
        @unknown default: nil
        }
    }

    /// The path of the value at fault, such as `users[0].user.token`.
    fileprivate var path: String? {
        guard let keys = context?.codingPath, !keys.isEmpty else { return nil }
        return keys.reduce("") { path, key in
            if let index = key.intValue { return "\(path)[\(index)]" }
            return path.isEmpty ? key.stringValue : "\(path).\(key.stringValue)"
        }
    }

    fileprivate var words: String {
        if case .keyNotFound(let key, _) = self { return "\(key.stringValue) is missing" }
        let cause = context?.underlyingError.map { ": \($0)" } ?? ""
        return (context?.debugDescription ?? "\(self)") + cause
    }
}
