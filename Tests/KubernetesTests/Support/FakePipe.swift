/// An unbuffered pipe like Go's `io.Pipe`: a write returns once all its bytes were read.
actor FakePipe {
    private var pending: [UInt8] = []
    private var isClosed = false
    private var reader: CheckedContinuation<Void, Never>?
    private var writer: CheckedContinuation<Void, Never>?

    /// Returns when the bytes were read, or the pipe is closed.
    func write(_ bytes: [UInt8]) async {
        guard !isClosed, !bytes.isEmpty else { return }
        pending = bytes
        reader.take()?.resume()
        await withCheckedContinuation { writer = $0 }
    }

    /// The next bytes, or nil once the pipe is closed.
    func read() async -> [UInt8]? {
        if pending.isEmpty, !isClosed {
            await withCheckedContinuation { reader = $0 }
        }
        guard !pending.isEmpty else { return nil }
        defer {
            pending = []
            writer.take()?.resume()
        }
        return pending
    }

    /// Ends the pipe; both ends return.
    func close() {
        isClosed = true
        reader.take()?.resume()
        writer.take()?.resume()
    }
}
