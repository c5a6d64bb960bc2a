/// What the launcher says before the program speaks: the process group, and the feeder's id if there is one.
struct Launch: Hashable, Sendable {
    let processGroup: Int
    let feeder: Int?

    /// Bytes that the feeder has written itself, into the pipe: its id and a newline.
    var feederOwnByteCount: Int { feeder.map { String($0).utf8.count + 1 } ?? 0 }

    /// Longest line: two process ids and a carriage return.
    private static let maximumByteCount = 24

    enum Parse {
        case incomplete
        case complete(Launch, rest: [UInt8])
        /// Not the launcher's: the image's `/bin/sh` is no shell, or the terminal got noise.
        case foreign
    }

    /// Reads the line at the beginning of the output. What follows it is the program's.
    static func parse(_ output: [UInt8]) -> Parse {
        guard let end = output.firstIndex(of: UInt8(ascii: "\n")) else {
            return output.count > maximumByteCount ? .foreign : .incomplete
        }
        let line = String(decoding: output[..<end], as: UTF8.self)
        let fields = line.split { $0 == " " || $0 == "\r" }.map { Int($0) }
        guard let group = fields.first ?? nil, group > 1, fields.count <= 2 else { return .foreign }
        guard fields.count == 1 || fields[1] != nil else { return .foreign }
        let launch = Launch(processGroup: group, feeder: fields.count == 2 ? fields[1] : nil)
        return .complete(launch, rest: Array(output[(end + 1)...]))
    }
}
