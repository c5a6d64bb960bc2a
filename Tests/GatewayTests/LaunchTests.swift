import Testing

@testable import Gateway

@Suite("The launcher's line")
struct LaunchTests {
    private func parse(_ text: String) -> Launch.Parse {
        Launch.parse(Array(text.utf8))
    }

    @Test("gives the process group, and leaves the program's first bytes alone")
    func direct() throws {
        guard case .complete(let launch, let rest) = parse("123\nhello") else {
            Issue.record("not parsed")
            return
        }
        #expect(launch == Launch(processGroup: 123, feeder: nil))
        #expect(rest == Array("hello".utf8))
        #expect(launch.feederOwnByteCount == 0)
    }

    @Test("of a terminal ends in CR LF")
    func terminal() {
        guard case .complete(let launch, let rest) = parse("77\r\n\r\n$ ") else {
            Issue.record("not parsed")
            return
        }
        #expect(launch.processGroup == 77)
        #expect(rest == Array("\r\n$ ".utf8))
    }

    @Test("names the feeder, whose own line counts as written")
    func fed() {
        guard case .complete(let launch, let rest) = parse("40 1234\n") else {
            Issue.record("not parsed")
            return
        }
        #expect(launch == Launch(processGroup: 40, feeder: 1234))
        #expect(launch.feederOwnByteCount == 5)
        #expect(rest.isEmpty)
    }

    @Test("may come in pieces")
    func pieces() {
        for head in ["", "1", "123", "123 4", "123 45\r"] {
            guard case .incomplete = parse(head) else {
                Issue.record("\(head) was taken for a whole line")
                continue
            }
        }
    }

    @Test(
        "is not taken from anything else",
        arguments: [
            "hello\n", "\n", "1 2 3\n", "0\n", "1\n", "-5\n", "12x\n", "12 x\n", String(repeating: "1", count: 25),
        ])
    func foreign(text: String) {
        guard case .foreign = parse(text) else {
            Issue.record("\(text) was taken for a launcher's line")
            return
        }
    }
}
