import Logging

/// A metadata value as it is written.
enum LogValue: Hashable {
    case text(String)
    case integer(Int64)
    case double(Double)
    case bool(Bool)
    case list([LogValue])
    case object([String: LogValue])

    /// Takes numbers and Booleans for what they are, so that they can be searched as such; all else is text.
    init(_ value: Logger.MetadataValue) {
        switch value {
        case .string(let text): self = .text(text)
        case .stringConvertible(let value): self = Self.scalar(value)
        case .array(let elements): self = .list(elements.map(LogValue.init))
        case .dictionary(let members): self = .object(members.mapValues(LogValue.init))
        }
    }

    private static func scalar(_ value: any CustomStringConvertible) -> LogValue {
        switch value {
        case let value as Bool: .bool(value)
        case let value as any BinaryInteger: Int64(exactly: value).map(LogValue.integer) ?? .text(value.description)
        case let value as Double: value.isFinite ? .double(value) : .text(value.description)
        case let value as Float: value.isFinite ? .double(Double(value)) : .text(value.description)
        default: .text(value.description)
        }
    }
}
