/// A terminal's size in characters, as a message on the resize channel.
struct TerminalSize: Hashable {
    var columns: UInt16
    var rows: UInt16

    /// Clamps to 1...65535: one value out of range would end all resizing, as the server keeps a single JSON decoder
    /// for the whole stream.
    init(columns: Int, rows: Int) {
        self.columns = UInt16(clamping: max(1, columns))
        self.rows = UInt16(clamping: max(1, rows))
    }

    /// The message's payload, with the newline that client-go's encoder writes.
    var message: [UInt8] {
        Array("{\"Width\":\(columns),\"Height\":\(rows)}\n".utf8)
    }
}
