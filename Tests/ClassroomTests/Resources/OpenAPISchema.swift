import Classroom
import Testing

/// As much of Kubernetes' structural schemas as ours use.
struct OpenAPISchema {
    private let schema: DocumentValue

    init(_ schema: DocumentValue) {
        self.schema = schema
    }

    /// The schema of a property.
    subscript(property: String) -> OpenAPISchema? {
        schema["properties"]?[property].map(OpenAPISchema.init)
    }

    /// The keys of every object with named keys at or below `path`, with `[]` for any index.
    func keys(at path: String) -> [String: Set<String>] {
        if let items = schema["items"] { return OpenAPISchema(items).keys(at: path + "[]") }
        guard isClosedObject else { return [:] }
        let properties = schema["properties"]?.object ?? [:]
        return properties.reduce(into: [path: Set(properties.keys)]) { all, property in
            all.merge(OpenAPISchema(property.value).keys(at: "\(path).\(property.key)")) { $1 }
        }
    }

    /// The places at or below `path` that nobody has described.
    func undescribed(at path: String) -> [String] {
        let own = schema["description"]?.string?.isEmpty == false ? [] : [path]
        let items = schema["items"].map { OpenAPISchema($0).undescribed(at: path + "[]") } ?? []
        let properties = schema["properties"]?.object ?? [:]
        return own + items + properties.flatMap { OpenAPISchema($0.value).undescribed(at: "\(path).\($0.key)") }
    }

    /// What an API server would refuse in a value.
    func refusals(of value: DocumentValue, at path: String) throws -> [String] {
        var refusals: [String] = []
        func check(_ holds: Bool, _ rule: String) {
            if !holds { refusals.append("\(path): \(rule)") }
        }
        for (keyword, rule) in schema.object ?? [:] {
            switch (keyword, rule, value) {
            case ("type", .string(let type), _): check(Self.isOfType(type, value), "type")
            case ("enum", .array(let values), _): check(values.contains(value), "enum")
            case ("pattern", .string(let pattern), .string(let text)):
                check(try Regex(pattern).firstMatch(in: text) != nil, "pattern")
            case ("minLength", .int(let least), .string(let text)): check(text.unicodeScalars.count >= least, keyword)
            case ("maxLength", .int(let most), .string(let text)): check(text.unicodeScalars.count <= most, keyword)
            case ("minimum", .int(let least), .int(let number)): check(number >= least, keyword)
            case ("maximum", .int(let most), .int(let number)): check(number <= most, keyword)
            case ("minItems", .int(let least), .array(let items)): check(items.count >= least, keyword)
            case ("items", _, .array(let items)):
                for (index, item) in items.enumerated() {
                    refusals += try OpenAPISchema(rule).refusals(of: item, at: "\(path)[\(index)]")
                }
            case ("required", .array(let keys), .object(let members)):
                check(keys.allSatisfy { members[$0.string ?? ""] != nil }, keyword)
            case ("additionalProperties", _, .object(let members)):
                for (key, member) in members {
                    refusals += try OpenAPISchema(rule).refusals(of: member, at: "\(path).\(key)")
                }
            case ("oneOf", .array(let rules), _):
                check(try rules.count { try OpenAPISchema($0).refusals(of: value, at: path).isEmpty } == 1, keyword)
            case ("allOf", .array(let rules), _):
                check(try rules.allSatisfy { try OpenAPISchema($0).refusals(of: value, at: path).isEmpty }, keyword)
            case ("anyOf", .array(let rules), _):
                check(try rules.contains { try OpenAPISchema($0).refusals(of: value, at: path).isEmpty }, keyword)
            case ("not", _, _): check(try !OpenAPISchema(rule).refusals(of: value, at: path).isEmpty, keyword)
            case ("properties", _, .object(let members)):
                for (key, member) in members {
                    guard let property = self[key] else {
                        check(!isClosedObject, "\(key) is unknown")
                        continue
                    }
                    refusals += try property.refusals(of: member, at: "\(path).\(key)")
                }
            default: break
            }
        }
        return refusals
    }

    private var isClosedObject: Bool {
        schema["type"] == "object" && schema["additionalProperties"] == nil
            && schema["x-kubernetes-preserve-unknown-fields"] == nil
    }

    private static func isOfType(_ type: String, _ value: DocumentValue) -> Bool {
        switch (type, value) {
        case ("string", .string), ("integer", .int), ("boolean", .bool), ("array", .array), ("object", .object): true
        default: false
        }
    }
}
