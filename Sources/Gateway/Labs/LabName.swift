import Crypto
import Foundation

/// The names of what belongs to one student in one course.
///
/// Injective: a readable part, which different students may share, and 80 bits of a hash of the exact names, which
/// they do not. Whoever adopts a lab still compares the exact names that it carries.
struct LabName: Hashable, Sendable {
    /// The pod's or the container's: a DNS-1123 label.
    let lab: String
    /// The home's PersistentVolumeClaim, or volume.
    let home: String

    init(student: String, course: String) {
        // NUL occurs in neither name, so no two pairs are joined to the same text.
        let hash = Self.hash("\(student)\0\(course)")
        let readable = "\(Self.slug(student))-\(Self.slug(course))-\(hash)"
        lab = "lab-\(readable)"
        home = "home-\(readable)"
    }

    /// The Lease that holds a record of one student or course.
    static func record(_ kind: String, of owner: String) -> String {
        "\(kind)-\(slug(owner))-\(hash(owner))"
    }

    /// A label value (at most 63 of letters, digits, `-`, `_` and `.`) for any legal name: itself where it can be, else
    /// a readable part and a hash behind `--`, which no name that is taken as it is contains.
    static func labelValue(_ name: String) -> String {
        let isLegal =
            name.utf8.count <= 63 && !name.contains("--")
            && name.utf8.allSatisfy { isLetterOrDigit($0) || "-_.".utf8.contains($0) }
            && name.utf8.first.map(isLetterOrDigit) == true && name.utf8.last.map(isLetterOrDigit) == true
        return isLegal ? name : "\(slug(name))--\(hash(name))"
    }

    /// The longest readable part of one name; two of them, the hash and the prefix fit into 63 characters.
    private static let maximumSlugLength = 19

    /// Lower-case ASCII letters and digits of a name, with `x` for a name that has none.
    private static func slug(_ name: String) -> String {
        let kept = name.lowercased().utf8.filter(isLetterOrDigit).prefix(maximumSlugLength)
        return kept.isEmpty ? "x" : String(decoding: kept, as: UTF8.self)
    }

    private static func hash(_ text: String) -> String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
        let digest = SHA256.hash(data: Data(text.utf8)).prefix(10)
        let bits = digest.flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 } }
        let letters = stride(from: 0, to: bits.count, by: 5).map { start in
            alphabet[Int(bits[start..<start + 5].reduce(0) { $0 << 1 | $1 })]
        }
        return String(decoding: letters, as: UTF8.self)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
