/// One value in a Kubernetes Secret, which is in the namespace of whoever refers to it.
public struct SecretReference: Hashable, Sendable, CustomStringConvertible {
    /// The Secret's name.
    public var name: String
    /// The key in its data.
    public var key: String

    /// Makes a reference.
    public init(name: String, key: String) {
        self.name = name
        self.key = key
    }

    /// The name and the key.
    public var description: String { "\(name)/\(key)" }
}

extension SecretReference {
    /// Reads `passwordHashSecret` or `totpKeySecret`.
    init?(reading reader: DocumentReader, defaultKey: String) {
        let name = reader.required("name", .dnsSubdomain)
        let key = reader.value("key", .secretKey, default: defaultKey)
        guard let name else { return nil }
        self.init(name: name, key: key)
    }
}

extension FieldType where Value == String {
    /// A key of a Secret, as the Kubernetes API allows it.
    fileprivate static var secretKey: FieldType {
        string.requiring("must be 1 to 253 letters, digits, -, _ and .") { key in
            key.utf8.count <= 253
                && key.unicodeScalars.allSatisfy {
                    $0.isASCII && ($0.properties.isAlphabetic || "0123456789-_.".unicodeScalars.contains($0))
                }
        }
    }
}
