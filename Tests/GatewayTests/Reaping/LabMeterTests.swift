import Testing

@testable import Gateway

@Suite("A lab's CPU time")
struct LabMeterTests {
    @Test("is read in the units of both versions of cgroups")
    func units() {
        #expect(LabMeter.parse("1500000 us\n") == .milliseconds(1500))
        #expect(LabMeter.parse("1500000 ns\n") == .microseconds(1500))
    }

    @Test("is not guessed", arguments: ["", "12", "x us", "-1 us", "1 2 us", "12 s"])
    func unreadable(output: String) {
        #expect(LabMeter.parse(output) == nil)
    }
}
