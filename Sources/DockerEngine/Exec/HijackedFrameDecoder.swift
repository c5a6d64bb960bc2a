import NIOCore
import Upstream

/// Takes the bytes of a hijacked connection apart.
///
/// With a terminal they are the terminal's. Without one they come in frames: one byte that names the stream, three
/// zeros, the length as a big-endian number of four bytes, and so many bytes (Engine API, "Stream format" of attach).
/// Frames are not held back: a piece of a frame is as good as all of it. A value without I/O.
struct HijackedFrameDecoder {
    /// What comes next.
    enum Item: Hashable {
        /// Output.
        case output(ProgramOutput)
        /// The engine's own words about why it ends the stream.
        case engineError(String)
        /// The engine broke the protocol, in which way.
        case violation(String)
    }

    private enum Stream: UInt8 {
        /// Docker's name for it; what it carries was written to stdout.
        case stdin = 0
        case stdout = 1
        case stderr = 2
        /// The engine's own errors.
        case system = 3
    }

    private enum Position {
        /// No frames: a terminal.
        case raw
        /// The next bytes are a frame's header.
        case header
        /// So many bytes of a frame of this stream are still to come.
        case body(Stream, rest: Int)
    }

    private static let headerBytes = 8
    /// The engine's own words are kept up to here; they are one sentence.
    private static let maximumWordsBytes = 4096

    private var position: Position
    private var words: [UInt8] = []

    init(tty: Bool) {
        position = tty ? .raw : .header
    }

    /// True if the stream may end here; else it was cut within a frame.
    func isComplete(leaving buffer: ByteBuffer) -> Bool {
        if case .body = position { return false }
        return buffer.readableBytes == 0
    }

    /// Takes the next item from the buffer; nil if more bytes are needed. Less than a header stays in it.
    mutating func next(from buffer: inout ByteBuffer) -> Item? {
        while true {
            switch position {
            case .raw:
                let bytes = buffer.readBytes(length: buffer.readableBytes) ?? []
                return bytes.isEmpty ? nil : .output(.stdout(bytes))
            case .header:
                guard let header = buffer.readBytes(length: Self.headerBytes) else { return nil }
                guard let stream = Stream(rawValue: header[0]), header[1...3].allSatisfy({ $0 == 0 }) else {
                    return .violation("a frame began with the bytes \(header)")
                }
                position = .body(stream, rest: header[4...].reduce(0) { $0 << 8 | Int($1) })
            case .body(let stream, 0):
                position = .header
                if stream == .system { return .engineError(String(decoding: words, as: UTF8.self)) }
            case .body(let stream, let rest):
                guard let bytes = buffer.readBytes(length: min(rest, buffer.readableBytes)), !bytes.isEmpty else {
                    return nil
                }
                position = .body(stream, rest: rest - bytes.count)
                switch stream {
                case .stdin, .stdout: return .output(.stdout(bytes))
                case .stderr: return .output(.stderr(bytes))
                case .system: words += bytes.prefix(Self.maximumWordsBytes - words.count)
                }
            }
        }
    }
}
