/// What a gateway's `/metrics` says at a moment.
struct Scrape {
    /// Types of the metrics, by name.
    let types: [String: String]
    /// Values by series, written as in the text: `labgate_connections_open` or `a_total{l="v"}`.
    let values: [String: Double]
    /// As it came.
    let text: String

    /// Reads the text; values of labels must not contain blanks or braces.
    init(text: String) {
        self.text = text
        let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        types = Dictionary(lines.filter { $0.starts(with: ["#", "TYPE"]) }.map { ($0[2], $0[3]) }) { $1 }
        let samples = lines.filter { $0.first != "#" && $0.count == 2 }
        values = Dictionary(samples.map { ($0[0], Double($0[1]) ?? .nan) }) { $1 }
    }

    /// The value of a series; nil if it is not there.
    subscript(series: String) -> Double? { values[series] }

    /// The labels of all series of a metric; of a histogram those of its counts.
    func series(of name: String) -> [[String: String]] {
        let sample = types[name] == "histogram" ? name + "_count" : name
        return values.keys.filter { $0 == sample || $0.hasPrefix(sample + "{") }.map { key in
            let pairs = key.matches(of: /([a-z_]+)="([^"]*)"/).map { (String($0.1), String($0.2)) }
            return Dictionary(pairs) { $1 }
        }
    }

    /// The sum of all series of a metric.
    func sum(of name: String) -> Double {
        values.filter { $0.key == name || $0.key.hasPrefix(name + "{") }.values.reduce(0, +)
    }
}
