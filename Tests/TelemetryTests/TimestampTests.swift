import Foundation
import Testing

@testable import Telemetry

@Suite("Timestamp")
struct TimestampTests {
    @Test(
        "Moments are written as RFC 3339 in UTC, to the millisecond",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_709_164_800_001, "2024-02-29T00:00:00.001Z"), (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ])
    func known(milliseconds: Int, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).rfc3339 == text)
    }

    @Test("Days through 200 years agree with Foundation")
    func manyDays() {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for day in stride(from: -36_500, to: 36_500, by: 11) {
            let milliseconds = day * 86_400_000 + 45_296_500
            let date = Date(timeIntervalSince1970: Double(milliseconds) / 1000)
            #expect(Timestamp(milliseconds: milliseconds).rfc3339 == date.formatted(style))
        }
    }
}
