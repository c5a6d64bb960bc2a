import Foundation
import Testing

@testable import Classroom

@Suite("Document value")
struct DocumentValueTests {
    @Test("Values pass through JSON unchanged, whole numbers and Booleans apart")
    func json() throws {
        let value: DocumentValue = [
            "a": .int(1), "b": .double(1.5), "c": .bool(true), "d": .null, "e": ["x", .bool(false), .int(0)], "f": [:],
        ]
        let data = try JSONEncoder().encode(value)
        #expect(try JSONDecoder().decode(DocumentValue.self, from: data) == value)
    }
}
