import Foundation
import Testing

@testable import Kubernetes

@Suite("A JSON value")
struct JSONValueTests {
    @Test("survives encoding and decoding")
    func roundTrip() throws {
        let value: JSONValue = [
            "null": nil, "bool": true, "zero": 0, "large": 9_007_199_254_740_993, "number": 1.5, "text": "a\"\u{1F600}",
            "array": [1, "2", [nil, false]], "object": ["nested": ["deep": [:]]],
        ]
        let data = try JSONEncoder().encode(value)
        try #expect(JSONDecoder().decode(JSONValue.self, from: data) == value)
    }

    @Test("tells true from 1 and keeps whole numbers whole")
    func kinds() throws {
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(#"[true, 1, 1.5, "1", null]"#.utf8))
        #expect(value == [true, 1, 1.5, "1", nil])
        #expect(value[0]?.bool == true)
        #expect(value[1]?.integer == 1)
        #expect(value[1]?.bool == nil)
        #expect(value[3]?.string == "1")
        #expect(value[5] == nil)
    }

    @Test("is read and changed by key")
    func subscripts() {
        var value: JSONValue = ["metadata": ["name": "one"]]
        #expect(value["metadata"]?["name"]?.string == "one")
        #expect(value["metadata"]?["name"]?["x"] == nil)
        value["metadata"]?["name"] = "two"
        value["spec"] = [:]
        #expect(value == ["metadata": ["name": "two"], "spec": [:]])
        value["metadata"] = nil
        #expect(value.object?.keys.sorted() == ["spec"])
        var text: JSONValue = "text"
        text["key"] = 1
        #expect(text == "text")
    }
}
