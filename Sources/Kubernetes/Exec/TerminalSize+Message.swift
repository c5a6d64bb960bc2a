import Upstream

extension TerminalSize {
    /// The payload of its message, with the newline that client-go's encoder writes. One value out of range would end all
    /// resizing, as the server keeps a single JSON decoder for the whole stream.
    var message: [UInt8] {
        Array("{\"Width\":\(columns),\"Height\":\(rows)}\n".utf8)
    }
}
