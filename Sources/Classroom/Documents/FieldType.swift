import Yams

/// How one kind of value is written in a document: the vocabulary that schemas are made of.
///
/// The basic types are in `FieldType+Basic.swift`; the words of a domain are added in extensions, from the basic ones
/// with ``requiring(_:_:)`` and ``parsed(_:)``.
public struct FieldType<Value> {
    /// Reads the value; nil if a problem was reported.
    let read: (Field) -> Value?

    /// The same type, narrowed: a value that does not hold is refused with `rule`, which reads "must be …".
    public func requiring(_ rule: String, _ holds: @escaping (Value) -> Bool) -> FieldType<Value> {
        FieldType { field in
            guard let value = read(field) else { return nil }
            guard holds(value) else {
                field.report(rule)
                return nil
            }
            return value
        }
    }

    /// What `parse` makes of the value; an error it throws is reported with its message.
    public func parsed<Parsed>(
        _ parse: @escaping (Value) throws(ClassroomError) -> Parsed
    ) -> FieldType<Parsed> {
        FieldType<Parsed> { field in
            guard let value = read(field) else { return nil }
            do throws(ClassroomError) {
                return try parse(value)
            } catch {
                field.report(error.message)
                return nil
            }
        }
    }

    /// A list of values of one type, at least `minimumCount` of them.
    public static func list<Element>(
        of type: FieldType<Element>,
        minimumCount: Int = 0
    ) -> FieldType<[Element]> where Value == [Element] {
        FieldType { field in
            guard case .sequence(let sequence) = field.node else {
                field.report("must be a list, not \(field.kind)")
                return nil
            }
            if sequence.count < minimumCount {
                field.report(minimumCount == 1 ? "must not be empty" : "must have at least \(minimumCount) elements")
            }
            return sequence.enumerated().compactMap { type.read(field.element($0.offset, $0.element)) }
        }
    }

    /// A mapping from names to values of one type.
    public static func map<Element>(
        of type: FieldType<Element>
    ) -> FieldType<[String: Element]> where Value == [String: Element] {
        FieldType { field in
            field.mapping()?.compactMapValues(type.read)
        }
    }

    /// A mapping with a schema of its own; keys that the schema does not ask for are reported.
    public static func object(_ schema: @escaping (DocumentReader) -> Value?) -> FieldType<Value> {
        FieldType { field in
            guard let reader = DocumentReader(field) else { return nil }
            defer { reader.reportUnknownKeys() }
            return schema(reader)
        }
    }
}
