import Foundation

/// What lists and events are filtered by: JSON within a query's value.
struct EngineFilters {
    var json: String

    /// - Parameter filters: Filters of different names must all hold.
    init(_ filters: [String: [String]], operation: String) throws(EngineError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            json = String(decoding: try encoder.encode(filters), as: UTF8.self)
        } catch {
            throw EngineError(code: .decoding, operation: operation, message: "no valid JSON: \(error)")
        }
    }
}
