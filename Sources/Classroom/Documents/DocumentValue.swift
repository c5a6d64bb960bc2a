/// A piece of a document kept as it is, such as a pod template: what JSON can say.
public indirect enum DocumentValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case array([DocumentValue])
    case object([String: DocumentValue])

    /// The value under `key` if this is an object that has it.
    public subscript(key: String) -> DocumentValue? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    /// The members if this is an object.
    public var object: [String: DocumentValue]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The elements if this is an array.
    public var array: [DocumentValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The text if this is a string.
    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }
}

extension DocumentValue: Codable {
    /// Decodes any JSON value; whole numbers become ``int(_:)``.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .int(value)
        } else if let value = try? container.decode(Double.self) {
            self = .double(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([DocumentValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: DocumentValue].self))
        }
    }

    /// Encodes as the JSON value it stands for.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .int(let value): try container.encode(value)
        case .double(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}

extension DocumentValue: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }

    /// An array.
    public init(arrayLiteral elements: DocumentValue...) { self = .array(elements) }

    /// An object; of a key given twice the last value counts.
    public init(dictionaryLiteral elements: (String, DocumentValue)...) {
        self = .object(Dictionary(elements) { $1 })
    }
}
