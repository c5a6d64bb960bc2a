import NIOCore

/// Cuts a stream of bytes into lines, however they are chunked.
struct LineBuffer {
    /// A line longer than is taken.
    struct LineTooLong: Error {
        /// The bound, in bytes.
        var limit: Int
    }

    private let maximumLineBytes: Int
    private var buffer = ByteBuffer()
    /// How many of the readable bytes are known to hold no newline.
    private var searchedBytes = 0

    init(maximumLineBytes: Int) {
        self.maximumLineBytes = maximumLineBytes
    }

    /// Takes the next bytes.
    mutating func append(_ chunk: ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = chunk
            searchedBytes = 0
        } else {
            buffer.discardReadBytes()
            buffer.writeImmutableBuffer(chunk)
        }
    }

    /// The next complete line without its newline; nil if there is none yet. Empty lines are skipped.
    mutating func next() throws(LineTooLong) -> ByteBuffer? {
        while true {
            let unsearched = buffer.readableBytesView.dropFirst(searchedBytes)
            guard let newline = unsearched.firstIndex(of: UInt8(ascii: "\n")) else {
                searchedBytes = buffer.readableBytes
                if searchedBytes > maximumLineBytes { throw LineTooLong(limit: maximumLineBytes) }
                return nil
            }
            let length = newline - buffer.readerIndex
            if length > maximumLineBytes { throw LineTooLong(limit: maximumLineBytes) }
            let line = buffer.readSlice(length: length)
            buffer.moveReaderIndex(forwardBy: 1)
            searchedBytes = 0
            if length > 0 { return line }
        }
    }
}
