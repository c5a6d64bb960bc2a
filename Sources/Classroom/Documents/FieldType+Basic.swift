import Yams

extension FieldType where Value == String {
    /// Text that is not empty. Unquoted words that YAML takes for numbers, Booleans or nothing are refused in words.
    public static var string: FieldType {
        FieldType { field in
            guard let scalar = field.scalar() else { return nil }
            switch scalar.yamlType {
            case .str, .timestamp:
                guard scalar.string.isEmpty else { return scalar.string }
                field.report("must not be empty")
            case .null:
                field.report("has no value; write one or remove the key")
            case let type:
                let meaning = type == .bool ? "a Boolean" : type == .int || type == .float ? "a number" : "not text"
                field.report("\(scalar.string) without quotes is \(meaning) in YAML; write \"\(scalar.string)\"")
            }
            return nil
        }
    }

    /// The text of a value, whether YAML takes it for text or for a number: for notations such as `500m` and `1`.
    static var numberOrText: FieldType {
        FieldType { field in
            guard let scalar = field.scalar() else { return nil }
            switch scalar.yamlType {
            case .str, .int, .float: return scalar.string
            case .null: field.report("has no value; write one or remove the key")
            default: field.report("must be a number or text")
            }
            return nil
        }
    }
}

extension FieldType where Value == Bool {
    /// `true` or `false`, and none of YAML 1.1's other words for them.
    public static var bool: FieldType {
        FieldType { field in
            guard let scalar = field.scalar() else { return nil }
            if scalar.yamlType == .bool {
                switch scalar.string {
                case "true": return true
                case "false": return false
                default: break
                }
            }
            field.report("must be true or false")
            return nil
        }
    }
}

extension FieldType where Value == Int {
    /// A whole number in decimal notation within `range`.
    public static func int(in range: ClosedRange<Int> = .min ... .max) -> FieldType {
        FieldType { field in
            guard let scalar = field.scalar() else { return nil }
            let digits = scalar.string.drop { $0 == "-" }
            let isDecimal = digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard scalar.yamlType == .int, isDecimal, digits == "0" || !digits.hasPrefix("0"),
                let value = Int(scalar.string)
            else {
                field.report("must be a whole number in decimal notation")
                return nil
            }
            guard range.contains(value) else {
                let bounds =
                    range.upperBound == .max
                    ? "\(range.lowerBound) or more" : "\(range.lowerBound) to \(range.upperBound)"
                field.report("must be \(bounds), not \(value)")
                return nil
            }
            return value
        }
    }
}

extension FieldType where Value == Duration {
    /// A duration such as `30s`, `5m`, `1h30m` or `250ms` within `range`.
    public static func duration(in range: ClosedRange<Duration>) -> FieldType {
        FieldType<String>.numberOrText.parsed { text throws(ClassroomError) in
            let duration = try DurationNotation.parse(text)
            guard range.contains(duration) else {
                let (least, most) = (DurationNotation.text(range.lowerBound), DurationNotation.text(range.upperBound))
                throw ClassroomError(.invalidValue, "must be \(least) to \(most), not \(text)")
            }
            return duration
        }
    }
}

extension FieldType where Value == Duration? {
    /// A duration within `range`, or `never`, which is nil.
    public static func durationOrNever(in range: ClosedRange<Duration>) -> FieldType {
        FieldType { field in
            if field.node.scalar?.string == "never" { return .some(nil) }
            return FieldType<Duration>.duration(in: range).read(field).map(Optional.some)
        }
    }
}

extension FieldType where Value: CaseIterable & RawRepresentable<String> {
    /// One of an enumeration's raw values.
    public static var oneOf: FieldType {
        FieldType<String>.string.parsed { text throws(ClassroomError) in
            if let value = Value(rawValue: text) { return value }
            let known = Value.allCases.map(\.rawValue)
            throw ClassroomError(.invalidValue, "\(text) is not known; \(Spelling.advice(for: text, known: known))")
        }
    }
}

extension FieldType where Value == DocumentValue {
    /// Anything, kept as it is. Numbers and Booleans are taken for what YAML takes them for.
    public static var any: FieldType {
        FieldType { field in convert(field) }
    }

    private static func convert(_ field: Field) -> DocumentValue? {
        switch field.node {
        case .mapping:
            return field.mapping().map { .object($0.compactMapValues(convert)) }
        case .sequence(let sequence):
            return .array(sequence.enumerated().compactMap { convert(field.element($0.offset, $0.element)) })
        case .scalar(let scalar):
            switch scalar.yamlType {
            case .null: return .null
            case .bool: return Bool.construct(from: scalar).map(DocumentValue.bool)
            case .int:
                if let value = Int.construct(from: scalar) { return .int(value) }
                field.report("\(scalar.string) is too large a number")
                return nil
            case .float: return Double.construct(from: scalar).map(DocumentValue.double)
            default: return .string(scalar.string)
            }
        case .alias:
            return nil
        }
    }
}

extension Field {
    /// The scalar; nil, with the problem reported, if this is a list or a mapping.
    func scalar() -> Node.Scalar? {
        guard case .scalar(let scalar) = node else {
            report("must be a single value, not \(kind)")
            return nil
        }
        return scalar
    }
}
