import Testing

@testable import Classroom

@Suite("JSON text")
struct JSONTextTests {
    @Test(
        "Text that has only what JSON is made of passes, whatever its strings hold",
        arguments: [
            "{}", " [1, -2.5e+3, true, false, null]", #"{"a\"b": "*x [y]: &z ? !t # \\"}"#, #"{"PS1": "[lab]: *"}"#,
        ])
    func passes(text: String) {
        #expect(JSONText.hasOnlyJSONTokens(text))
    }

    @Test(
        "What only YAML has does not",
        arguments: [
            "", "a: b", "1", "\"x\"", "{a: &x [], b: *x}", #"{"a": "b}"#, "{'a': 1}", "[1] # c", "{}\n---\n? x",
        ])
    func fails(text: String) {
        #expect(!JSONText.hasOnlyJSONTokens(text))
    }
}
