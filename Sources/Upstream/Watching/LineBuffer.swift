package import NIOCore

/// Cuts a stream of bytes into lines, however they are chunked.
package struct LineBuffer {
    /// A line longer than is taken.
    package struct LineTooLong: Error {
        /// The bound, in bytes.
        package var limit: Int
    }

    private let maximumLineBytes: Int
    private var buffer = ByteBuffer()
    /// How many of the readable bytes are known to hold no newline.
    private var searchedBytes = 0

    /// Takes lines of up to so many bytes.
    package init(maximumLineBytes: Int) {
        self.maximumLineBytes = maximumLineBytes
    }

    /// Takes the next bytes.
    package mutating func append(_ chunk: ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = chunk
        } else {
            buffer.discardReadBytes()
            buffer.writeImmutableBuffer(chunk)
        }
    }

    /// The next complete line without its newline; nil if there is none yet. Empty lines are skipped.
    package mutating func next() throws(LineTooLong) -> ByteBuffer? {
        while true {
            let unsearched = buffer.readableBytesView.dropFirst(searchedBytes)
            let newline = unsearched.firstIndex(of: UInt8(ascii: "\n"))
            let length = newline.map { $0 - buffer.readerIndex } ?? buffer.readableBytes
            if length > maximumLineBytes { throw LineTooLong(limit: maximumLineBytes) }
            guard newline != nil else {
                searchedBytes = length
                return nil
            }
            let line = buffer.readSlice(length: length)
            buffer.moveReaderIndex(forwardBy: 1)
            searchedBytes = 0
            if length > 0 { return line }
        }
    }

    /// What is left when no more bytes come: a line without its newline; nil if there is nothing.
    package mutating func takeRest() -> ByteBuffer? {
        searchedBytes = 0
        return buffer.readableBytes > 0 ? buffer.readSlice(length: buffer.readableBytes) : nil
    }
}
