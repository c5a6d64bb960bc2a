/// A terminal's size in characters.
package struct TerminalSize: Hashable, Sendable {
    /// Its width.
    package var columns: UInt16
    /// Its height.
    package var rows: UInt16

    /// Clamps to 1...65535, which is what a terminal can have.
    package init(columns: Int, rows: Int) {
        self.columns = UInt16(clamping: max(1, columns))
        self.rows = UInt16(clamping: max(1, rows))
    }
}
