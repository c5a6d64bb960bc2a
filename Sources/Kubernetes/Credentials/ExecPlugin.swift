import Foundation

/// A credential plug-in: a command that prints an `ExecCredential` (client.authentication.k8s.io, versions v1 and
/// v1beta1). Only tokens are taken from it.
struct ExecPlugin: Sendable {
    /// How long the command may take.
    static let timeLimit: Duration = .seconds(60)
    /// The longest output taken, in bytes.
    static let maximumOutputBytes = 1 << 20
    /// How long before its expiry a token counts as expired, so that it does not expire on its way.
    static let expiryLeeway: TimeInterval = 10

    private static let apiVersions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]

    /// For messages: the kubeconfig and the key of the plug-in in it.
    private let file: String
    private let key: String
    private let apiVersion: String
    private let command: String
    private let arguments: [String]
    private let environment: [String: String]
    private let installHint: String?

    /// Checks the description of a plug-in; runs nothing yet.
    init(
        _ exec: KubeconfigExec, kubeconfig: Kubeconfig, key: String, cluster: KubeconfigCluster, server: ServerAddress
    ) throws(CredentialsError) {
        file = kubeconfig.file
        self.key = key
        guard let apiVersion = exec.apiVersion, Self.apiVersions.contains(apiVersion) else {
            throw CredentialsError(
                file: kubeconfig.file, key: "\(key).apiVersion",
                message:
                    "\"\(exec.apiVersion ?? "")\" is not supported, only \(Self.apiVersions.joined(separator: ", "))")
        }
        if exec.interactiveMode == "Always" {
            throw CredentialsError(
                file: kubeconfig.file, key: "\(key).interactiveMode",
                message: "\"Always\" needs a terminal; there is none")
        }
        self.apiVersion = apiVersion
        // Like client-go: a path with a slash starts at the kubeconfig, a bare name is looked up in PATH.
        command = exec.command.contains("/") ? kubeconfig.resolve(exec.command) : exec.command
        arguments = exec.args ?? []
        installHint = exec.installHint
        var environment = ProcessInfo.processInfo.environment
        for variable in exec.env ?? [] { environment[variable.name] = variable.value }
        let cluster = exec.provideClusterInfo == true ? try Self.clusterInfo(cluster, kubeconfig, server) : nil
        environment["KUBERNETES_EXEC_INFO"] = Self.info(apiVersion: apiVersion, cluster: cluster)
        self.environment = environment
    }

    /// Runs the command and reads the token it prints. Blocks: not for an event loop.
    func run() throws(CredentialsError) -> CachedToken.Loaded {
        let output = try execute()
        let credential: ExecCredential
        do {
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .custom(Timestamp.decode)
            credential = try decoder.decode(ExecCredential.self, from: output)
        } catch {
            throw failure("printed no ExecCredential: \(error)")
        }
        guard credential.kind == "ExecCredential", credential.apiVersion == apiVersion else {
            throw failure("printed \(credential.apiVersion) \(credential.kind) instead of \(apiVersion) ExecCredential")
        }
        guard let token = credential.status?.token, !token.isEmpty else {
            let hasCertificate = credential.status?.clientCertificateData != nil
            throw failure(
                hasCertificate ? "gives a client certificate, which is not supported; only tokens are" : "gave no token"
            )
        }
        let expiry = credential.status?.expirationTimestamp
        return .init(token: token, validUntil: expiry?.addingTimeInterval(-Self.expiryLeeway))
    }

    private func execute() throws(CredentialsError) -> Data {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["--", command] + arguments
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        // Its complaints go where ours go, like client-go's.
        do {
            try process.run()
        } catch {
            throw failure("can't be run: \(error.localizedDescription)")
        }
        let watchdog = DispatchWorkItem { process.terminate() }
        let limit = Double(Self.timeLimit.components.seconds)
        DispatchQueue.global().asyncAfter(deadline: .now() + limit, execute: watchdog)
        defer { watchdog.cancel() }
        let data = readAll(output.fileHandleForReading)
        if data == nil {
            // Closed first: what the plug-in has started would otherwise wait for us to read, and we for its end.
            try? output.fileHandleForReading.close()
            process.terminate()
        }
        process.waitUntilExit()
        guard let data else { throw failure("printed more than \(Self.maximumOutputBytes) bytes") }
        switch (process.terminationReason, process.terminationStatus) {
        case (.exit, 0): return data
        case (.exit, 127): throw failure("not found" + (installHint.map { "; \($0)" } ?? ""))
        case (.exit, let code): throw failure("ended with exit code \(code)")
        case (_, let signal): throw failure("was ended by signal \(signal), at the latest after \(Self.timeLimit)")
        }
    }

    /// Everything up to the end; nil if that is too much.
    private func readAll(_ handle: FileHandle) -> Data? {
        var data = Data()
        while data.count <= Self.maximumOutputBytes {
            guard let piece = try? handle.read(upToCount: 64 << 10), !piece.isEmpty else { return data }
            data += piece
        }
        return nil
    }

    private func failure(_ what: String) -> CredentialsError {
        CredentialsError(file: file, key: key, message: "the credential plug-in \"\(command)\" \(what)")
    }
}

extension ExecPlugin {
    private static func info(apiVersion: String, cluster: JSONValue?) -> String {
        var info: JSONValue = ["apiVersion": .string(apiVersion), "kind": "ExecCredential"]
        var spec: JSONValue = ["interactive": false]
        spec["cluster"] = cluster
        info["spec"] = spec
        return (try? JSONEncoder().encode(info)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private static func clusterInfo(
        _ cluster: KubeconfigCluster, _ kubeconfig: Kubeconfig, _ server: ServerAddress
    ) throws(CredentialsError) -> JSONValue {
        var info: JSONValue = ["server": .string(cluster.server ?? "")]
        info["tls-server-name"] = server.tlsServerName.map { .string($0) }
        info["insecure-skip-tls-verify"] = cluster.insecureSkipTLSVerify.map { .bool($0) }
        if let data = cluster.certificateAuthorityData, !data.isEmpty {
            info["certificate-authority-data"] = .string(data)
        } else if let path = cluster.certificateAuthority, !path.isEmpty {
            let bytes = try PEM.read(kubeconfig.resolve(path), key: "certificate-authority", in: kubeconfig.file)
            info["certificate-authority-data"] = .string(Data(bytes).base64EncodedString())
        }
        info["config"] = cluster.extensions?.first { $0.name == "client.authentication.k8s.io/exec" }?.extension
        return info
    }
}

/// What a credential plug-in prints.
private struct ExecCredential: Decodable {
    var apiVersion: String
    var kind: String
    var status: ExecCredentialStatus?
}

private struct ExecCredentialStatus: Decodable {
    var token: String?
    var expirationTimestamp: Date?
    var clientCertificateData: String?
}
