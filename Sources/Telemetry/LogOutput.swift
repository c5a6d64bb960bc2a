import Glibc

/// Where log lines go: a file descriptor, one write(2) for each line.
///
/// Lines of at most `PIPE_BUF` bytes (4096 on Linux) are never mixed with others' on a pipe. A write blocks while the
/// reader of a full pipe is slow, as is usual for stderr: losing lines would be worse, and whoever reads them is local.
public struct LogOutput: Sendable {
    /// The process's standard error.
    public static let standardError = LogOutput(fileDescriptor: STDERR_FILENO)

    private let fileDescriptor: CInt

    /// Writes to a descriptor that stays open and the caller's.
    public init(fileDescriptor: CInt) {
        self.fileDescriptor = fileDescriptor
    }

    /// Writes a line, newline included. Gives up, silently, on a broken descriptor: there is nowhere to say so.
    func write(_ line: [UInt8]) {
        line.withUnsafeBytes { bytes in
            var offset = 0
            while offset < bytes.count {
                let count = Glibc.write(fileDescriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
                if count > 0 {
                    offset += count
                } else if count < 0, errno == EAGAIN {
                    waitUntilWritable()
                } else if count == 0 || errno != EINTR {
                    return
                }
            }
        }
    }

    /// A descriptor shared with others may be non-blocking through no doing of ours; waiting makes it blocking again.
    private func waitUntilWritable() {
        var request = pollfd(fd: fileDescriptor, events: Int16(POLLOUT), revents: 0)
        poll(&request, 1, -1)
    }
}
