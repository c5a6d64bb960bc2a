import Foundation

/// What a student may be called.
public enum StudentName {
    /// Longest name, in bytes of UTF-8 after normalization.
    public static let maximumByteCount = 64

    /// The rule in words, for messages.
    static let rule =
        "must be 1 to \(maximumByteCount) bytes of letters, digits, . _ - and @, and begin with a letter or digit"

    /// The one spelling under which a name is kept and compared (Unicode NFC); nil if it is not a legal name.
    ///
    /// Letters, combining marks and decimal digits of any script, and `.`, `_`, `-`, `@`; the first is a letter or a
    /// digit. That leaves out white space, control and invisible characters, `+` and `:` and `/`, which login names
    /// and paths use, and a leading `-`, which commands take for an option. Case counts. Total: any text may be
    /// asked about.
    public static func normalized(_ name: String) -> String? {
        // Normalization changes length by a small factor at most; anything far longer is not worth the work.
        guard name.utf8.count <= 4 * maximumByteCount else { return nil }
        let name = name.precomposedStringWithCanonicalMapping
        guard (1...maximumByteCount).contains(name.utf8.count), let first = name.unicodeScalars.first,
            isLetterOrDigit(first)
        else { return nil }
        let isLegal = name.unicodeScalars.allSatisfy { scalar in
            isLetterOrDigit(scalar) || isMark(scalar) || "._-@".unicodeScalars.contains(scalar)
        }
        return isLegal ? name : nil
    }

    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        // Hangul fillers and their like are letters that nobody can see.
        case .otherLetter: !scalar.properties.isDefaultIgnorableCodePoint
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .decimalNumber: true
        default: false
        }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark: !scalar.properties.isDefaultIgnorableCodePoint
        default: false
        }
    }
}
