import Testing

@testable import Classroom

@Suite("Duration notation")
struct DurationNotationTests {
    @Test(
        "Numbers with units add up",
        arguments: [
            ("0", Duration.zero), ("0s", .zero), ("30s", .seconds(30)), ("5m", .seconds(300)),
            ("1h30m", .seconds(5400)),
            ("250ms", .milliseconds(250)), ("1s500ms", .milliseconds(1500)), ("90s", .seconds(90)),
        ])
    func parses(text: String, expected: Duration) throws {
        #expect(try DurationNotation.parse(text) == expected)
        #expect(try DurationNotation.parse(DurationNotation.text(expected)) == expected)
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "s", "5", "-5s", "5 s", "1.5h", "5x", "5S", "1d", "99999999999999999999s", "9223372036854775807h",
            "1h99999999h",
        ])
    func refused(text: String) {
        #expect(throws: ClassroomError.self) { try DurationNotation.parse(text) }
    }

    @Test(
        "Durations are written shortest first unit first",
        arguments: [(Duration.seconds(5400), "1h30m"), (.zero, "0s")])
    func writes(duration: Duration, expected: String) {
        #expect(DurationNotation.text(duration) == expected)
    }
}
