/// The labels of a series, as they stand between braces: names in alphabetical order, values escaped.
struct SeriesLabels: Hashable, Sendable {
    /// Such as `course="c",end="ok"`; empty without labels.
    let text: String
    private let names: [String]

    /// What stands for the values of those that are too many. No course and no resource is called so.
    static let others = "_other"

    /// - Parameter dimensions: names and values as the metric was made with; of a name that is there twice the last.
    init(_ dimensions: [(String, String)]) {
        let values = Dictionary(dimensions.map { (MetricName.label($0.0), $0.1) }) { $1 }
        let pairs = values.sorted { $0.key < $1.key }
        names = pairs.map(\.key)
        text = pairs.map { "\($0.key)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
    }

    private init(text: String, names: [String]) {
        self.text = text
        self.names = names
    }

    /// Labels of the same names, for all the values that are too many.
    var ofOthers: SeriesLabels { SeriesLabels(names.map { ($0, Self.others) }) }

    /// These, and a bucket's upper bound.
    func with(bound: String) -> SeriesLabels {
        SeriesLabels(text: text + (text.isEmpty ? "" : ",") + "le=\"\(bound)\"", names: names)
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
