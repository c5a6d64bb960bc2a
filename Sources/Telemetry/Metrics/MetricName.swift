/// Names as Prometheus takes them; whoever uses swift-metrics may call a metric `http.requests`.
enum MetricName {
    /// The name of a metric: `[a-zA-Z_:][a-zA-Z0-9_:]*`, with the suffix that its kind has by convention.
    static func metric(_ label: String, suffix: String) -> String {
        let name = valid(label, also: ":")
        return name.hasSuffix(suffix) ? name : name + suffix
    }

    /// The name of a label: `[a-zA-Z_][a-zA-Z0-9_]*`, and not the one that histograms have.
    static func label(_ dimension: String) -> String {
        let name = valid(dimension, also: nil)
        return name == "le" ? "_le" : name
    }

    private static func valid(_ text: String, also extra: Character?) -> String {
        let name = String(text.map { isValid($0) || $0 == extra ? $0 : "_" })
        guard let first = name.first, !first.isNumber else { return "_" + name }
        return name
    }

    private static func isValid(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber) || character == "_"
    }
}
