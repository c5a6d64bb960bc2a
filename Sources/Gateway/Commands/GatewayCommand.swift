import Classroom

/// A wish that the gateway answers itself, with nothing in the lab's image: `ssh edu01@lab -- :status`.
enum GatewayCommand: String, CaseIterable, Sendable {
    case status
    case extend
    case stop
    case reset
    case help

    /// What a command line asks of the gateway.
    enum Parse: Hashable, Sendable {
        case command(GatewayCommand)
        /// It begins like a command of the gateway's, and is none.
        case unknown(String)
    }

    /// Reads a command line; nil if it is for the lab's shell, for which a colon alone is a command, too.
    static func parse(_ command: [UInt8]) -> Parse? {
        let words = String(decoding: command, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count == 1, let word = words.first, word.first == ":" else { return nil }
        let name = word.dropFirst()
        guard !name.isEmpty, name.utf8.allSatisfy({ (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }) else {
            return nil
        }
        return GatewayCommand(rawValue: String(name)).map(Parse.command) ?? .unknown(String(word))
    }

    /// What it does, for `:help`.
    ///
    /// - Parameter keepsHome: whether the home outlives the lab.
    func summary(keepsHome: Bool) -> String {
        switch self {
        case .status: "your lab, when and why it will be stopped, and what you have used"
        case .extend: "begin the time without interaction anew, as a pressed key does"
        case .stop: "stop your lab; your home \(keepsHome ? "is kept" : "goes with it")"
        case .reset: "start your lab anew\(keepsHome ? "; your home is kept" : ", with an empty home")"
        case .help: "these lines"
        }
    }

    /// All of them, a line each.
    static func overview(keepsHome: Bool) -> String {
        let width = allCases.map(\.rawValue.count).max() ?? 0
        return allCases.map { command in
            let pad = String(repeating: " ", count: width - command.rawValue.count)
            return "  :\(command.rawValue)\(pad)  \(command.summary(keepsHome: keepsHome))"
        }.joined(separator: "\n")
    }
}
