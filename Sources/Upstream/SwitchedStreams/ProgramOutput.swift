/// A piece of what a program wrote, never empty.
public enum ProgramOutput: Hashable, Sendable {
    /// From its standard output, or from its terminal.
    case stdout([UInt8])
    /// From its standard error; never with a terminal.
    case stderr([UInt8])
}

extension ProgramOutput {
    /// The number of bytes in it.
    var byteCount: Int {
        switch self {
        case .stdout(let bytes), .stderr(let bytes): bytes.count
        }
    }

    /// Takes another piece's bytes over; false if it is of another stream.
    mutating func append(_ other: ProgramOutput) -> Bool {
        switch (self, other) {
        case (.stdout(var bytes), .stdout(let more)):
            // Let go of first, so that the bytes are appended in place.
            self = .stdout([])
            bytes += more
            self = .stdout(bytes)
        case (.stderr(var bytes), .stderr(let more)):
            self = .stderr([])
            bytes += more
            self = .stderr(bytes)
        default:
            return false
        }
        return true
    }
}
