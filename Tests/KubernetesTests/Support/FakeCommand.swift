/// What a command running in the fake container can do.
struct FakeCommand: Sendable {
    /// Its arguments, from the request's URL.
    var arguments: [String]
    /// True if it has a terminal.
    var tty: Bool
    /// Its standard input.
    var stdin: FakePipe
    /// The terminal sizes it was told, as far as they were valid.
    var sizes: AsyncStream<String>

    fileprivate let sender: FakeExecConnection.Sender

    init(
        arguments: [String], tty: Bool, stdin: FakePipe, sizes: AsyncStream<String>, sender: FakeExecConnection.Sender
    ) {
        self.arguments = arguments
        self.tty = tty
        self.stdin = stdin
        self.sizes = sizes
        self.sender = sender
    }

    /// Writes to its standard output.
    func stdout(_ bytes: [UInt8]) async throws { try await sender.message([1] + bytes) }

    /// Writes text to its standard output.
    func stdout(_ text: String) async throws { try await stdout(Array(text.utf8)) }

    /// Writes text to its standard error.
    func stderr(_ text: String) async throws { try await sender.message([2] + Array(text.utf8)) }

    /// Sends bytes as one message that is split into frames, as proxies on the way may do.
    func fragmented(channel: UInt8, _ bytes: [UInt8], pieceBytes: Int) async throws {
        try await sender.fragmented([channel] + bytes, pieceBytes: pieceBytes)
    }

    /// Sends a status in the API server's words for this exit code.
    func exit(_ code: Int) async throws {
        try await status(
            code == 0
                ? #"{"metadata":{},"status":"Success"}"#
                : #"{"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code: "#
                    + #"error executing command, exit code \#(code)","reason":"NonZeroExitCode","#
                    + #""details":{"causes":[{"reason":"ExitCode","message":"\#(code)"}]}}"#)
    }

    /// Sends any status.
    func status(_ json: String) async throws { try await sender.message([3] + Array(json.utf8)) }

    /// All of its standard input.
    func readAll() async -> [UInt8] {
        var all: [UInt8] = []
        while let bytes = await stdin.read() { all += bytes }
        return all
    }
}
