extension String {
    /// The text without what would move a terminal's cursor, change its colours or turn the order of its letters
    /// around: each such character is replaced by U+FFFD. A line's end is one, too.
    var withoutControls: String {
        var plain = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: plain.append("\u{FFFD}")
            default: plain.append(scalar)
            }
        }
        return String(plain)
    }
}
