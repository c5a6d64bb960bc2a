import Testing

@testable import Gateway

@Suite("The gateway's own commands")
struct GatewayCommandTests {
    @Test(
        "are a colon and a word, and nothing else",
        arguments: [
            (":status", GatewayCommand.Parse.command(.status)), (" :help\n", .command(.help)), (":reset", .command(.reset)),
            (":statsu", .unknown(":statsu")), (":x", .unknown(":x")),
        ])
    func known(line: String, expected: GatewayCommand.Parse) {
        #expect(GatewayCommand.parse(Array(line.utf8)) == expected)
    }

    @Test(
        "leave the shell what is the shell's",
        arguments: ["", ":", ": status", ":;", ":>file", ": > file", ":status now", ":(){ :|:& };:", "echo :status", ":Status"])
    func shell(line: String) {
        #expect(GatewayCommand.parse(Array(line.utf8)) == nil)
    }

    @Test("all stand in the help, each with what it does")
    func help() {
        for keepsHome in [true, false] {
            let lines = GatewayCommand.overview(keepsHome: keepsHome).split(separator: "\n")
            #expect(lines.count == GatewayCommand.allCases.count)
            for command in GatewayCommand.allCases {
                let summary = command.summary(keepsHome: keepsHome)
                #expect(lines.contains { $0.contains(":\(command.rawValue) ") && $0.contains(summary) })
            }
            #expect(lines.contains { $0.contains("your home is kept") } == keepsHome)
        }
    }
}
