package import NIOCore

extension ByteBuffer {
    /// The first line of a refusal's body that is plain text, shortened; nil if there is none, as in a page of HTML.
    package var sentence: String? {
        let longestSentence = 300
        let text = String(decoding: readableBytesView.prefix(longestSentence), as: UTF8.self)
        let line = text.split(whereSeparator: \.isNewline).first.map(String.init)
        return line.flatMap { $0.hasPrefix("<") ? nil : $0 }
    }
}
