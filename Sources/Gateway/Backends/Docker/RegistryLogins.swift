import DockerEngine
import Foundation

/// Names and passwords for registries, from a file as `docker login` and `podman login` write it. It is read anew for
/// each image that is fetched, so that a new password counts at once.
struct RegistryLogins: Sendable {
    /// nil for none.
    let path: String?

    private struct File: Decodable {
        struct Entry: Decodable {
            /// Base64 of `user:password`.
            var auth: String?
        }
        var auths: [String: Entry]?
    }

    /// Docker's name for its own registry, which images without a registry in their names are from.
    private static let dockerHub = "docker.io"
    private static let dockerHubKeys = ["https://index.docker.io/v1/", "docker.io", "index.docker.io"]

    /// Who asks for an image; nil for nobody in particular.
    ///
    /// - Throws: `EngineError` if the file is there, and cannot be read.
    func login(for image: String) throws(EngineError) -> RegistryLogin? {
        guard let path else { return nil }
        let registry = Self.registry(of: image)
        let entries = try read(path)
        let keys =
            registry == Self.dockerHub
            ? Self.dockerHubKeys : [registry, "https://\(registry)", "http://\(registry)"]
        guard let auth = keys.compactMap({ entries[$0]?.auth }).first else { return nil }
        let parts = Data(base64Encoded: auth).map { String(decoding: $0, as: UTF8.self) }?
            .split(separator: ":", maxSplits: 1)
        guard let parts, parts.count == 2 else { throw Self.unreadable(path, "the entry of \(registry) is none") }
        return RegistryLogin(registry: registry, user: String(parts[0]), password: String(parts[1]))
    }

    private func read(_ path: String) throws(EngineError) -> [String: File.Entry] {
        do {
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            return try JSONDecoder().decode(File.self, from: data).auths ?? [:]
        } catch {
            throw Self.unreadable(path, error.localizedDescription)
        }
    }

    private static func unreadable(_ path: String, _ reason: String) -> EngineError {
        EngineError(
            code: .failed, operation: "read \(path)", message: "the registries' passwords cannot be read: \(reason)")
    }

    /// What is before the first slash, if it is a host: only hosts have a dot or a port, or are `localhost`.
    static func registry(of image: String) -> String {
        guard let slash = image.firstIndex(of: "/") else { return dockerHub }
        let first = image[..<slash]
        return first.contains { ".:".contains($0) } || first == "localhost" ? String(first) : dockerHub
    }
}
