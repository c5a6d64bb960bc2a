import Foundation

/// A JSON value to look into; what is not there is `null`.
struct JSON: Sendable, Hashable, Decodable, CustomStringConvertible {
    private enum Value: Sendable, Hashable {
        case null
        case bool(Bool)
        case number(Double)
        case string(String)
        case array([JSON])
        case object([String: JSON])
    }

    private let value: Value

    init(parsing text: String) throws {
        self = try JSONDecoder().decode(JSON.self, from: Data(text.utf8))
    }

    private init(_ value: Value) {
        self.value = value
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let object = try? container.decode([String: JSON].self) {
            value = .object(object)
        } else if let array = try? container.decode([JSON].self) {
            value = .array(array)
        } else if let string = try? container.decode(String.self) {
            value = .string(string)
        } else if let bool = try? container.decode(Bool.self) {
            value = .bool(bool)
        } else if let number = try? container.decode(Double.self) {
            value = .number(number)
        } else {
            value = .null
        }
    }

    /// The member of an object.
    subscript(key: String) -> JSON {
        if case .object(let members) = value, let member = members[key] { member } else { JSON(.null) }
    }

    /// The elements; empty if it is no array.
    var array: [JSON] {
        if case .array(let elements) = value { elements } else { [] }
    }

    var string: String? {
        if case .string(let string) = value { string } else { nil }
    }

    var bool: Bool? {
        if case .bool(let bool) = value { bool } else { nil }
    }

    var int: Int? {
        if case .number(let number) = value { Int(exactly: number) } else { nil }
    }

    var keys: Set<String> {
        if case .object(let members) = value { Set(members.keys) } else { [] }
    }

    var description: String {
        switch value {
        case .null: "null"
        case .bool(let bool): "\(bool)"
        case .number(let number): "\(number)"
        case .string(let string): "\"\(string)\""
        case .array(let elements): "\(elements)"
        case .object(let members): "\(members)"
        }
    }
}
