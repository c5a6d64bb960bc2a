extension FieldType where Value == String {
    /// A path that begins with `/` and has no `.` or `..`, empty or control parts.
    public static var absolutePath: FieldType {
        string.requiring("must be an absolute path without . or .. in it, and not end in /") { path in
            guard path.hasPrefix("/"), path.utf8.count <= 4096 else { return false }
            guard !path.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
                return false
            }
            if path == "/" { return true }
            return path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
                .allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
        }
    }

    /// A DNS-1123 label, as Kubernetes names most things: lowercase letters, digits and inner hyphens.
    public static var dnsLabel: FieldType {
        string.requiring("must be 1 to 63 lowercase letters, digits or -, and begin and end with a letter or digit") {
            DNSLabel.isValid($0)
        }
    }

    /// A DNS-1123 subdomain: labels joined by dots, 253 bytes at most.
    public static var dnsSubdomain: FieldType {
        string.requiring("must be lowercase letters, digits, - and ., and begin and end with a letter or digit") {
            text in
            text.utf8.count <= 253
                && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(DNSLabel.isValid)
        }
    }

    /// A container image's name, tag or digest. The registry knows the full rules; this keeps out slips.
    public static var imageReference: FieldType {
        string.requiring("must be an image's name such as registry.example/course/gcc:14") { text in
            text.utf8.count <= 512 && text.utf8.first != UInt8(ascii: "-")
                && text.unicodeScalars.allSatisfy {
                    $0.isASCII && ($0.properties.isAlphabetic || "0123456789._-/:@".unicodeScalars.contains($0))
                }
        }
    }
}

extension FieldType where Value == Quantity {
    /// A Kubernetes quantity within `range`; `hint` is added when it is not.
    public static func quantity(_ hint: String, in range: ClosedRange<Quantity>) -> FieldType {
        FieldType<String>.numberOrText.parsed { text throws(ClassroomError) in
            let quantity = try Quantity(text)
            guard range.contains(quantity) else {
                throw ClassroomError(
                    .invalidValue, "must be \(range.lowerBound) to \(range.upperBound), not \(text); \(hint)")
            }
            return quantity
        }
    }
}
