import Foundation

/// Who asks a registry for an image.
public struct RegistryLogin: Hashable, Sendable, Encodable {
    /// The registry, as image names have it.
    public var registry: String
    /// The user's name.
    public var user: String
    /// The password, or a token in its place.
    public var password: String

    /// Names a user.
    public init(registry: String, user: String, password: String) {
        self.registry = registry
        self.user = user
        self.password = password
    }

    private enum CodingKeys: String, CodingKey {
        case registry = "serveraddress"
        case user = "username"
        case password
    }

    /// The value of `X-Registry-Auth`: JSON in the URL-safe Base64 of RFC 4648 §5.
    func header(_ operation: String) throws(EngineError) -> String {
        do {
            return try JSONEncoder().encode(self).base64EncodedString()
                .replacing("+", with: "-").replacing("/", with: "_")
        } catch {
            throw EngineError(code: .decoding, operation: operation, message: "no valid JSON: \(error)")
        }
    }
}
