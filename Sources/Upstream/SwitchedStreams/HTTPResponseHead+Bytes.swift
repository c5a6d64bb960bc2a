import NIOCore
import NIOHTTP1

extension HTTPResponseHead {
    /// The longest head of an answer taken, in bytes.
    static let maximumBytes = 64 << 10

    /// Reads a head of HTTP/1.1 (RFC 9112 section 4), with its last empty line; nil if the bytes are anything else.
    init?(http1 bytes: ByteBufferView.SubSequence) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ", maxSplits: 2) ?? []
        guard words.count >= 2, words[0] == "HTTP/1.1", let code = Int(words[1]), (100...599).contains(code) else {
            return nil
        }
        self.init(version: .http1_1, status: HTTPResponseStatus(statusCode: code))
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            let trailing = value.reversed().prefix { $0 == " " || $0 == "\t" }.count
            headers.add(name: String(line[..<colon]), value: String(value.dropLast(trailing)))
        }
    }
}
