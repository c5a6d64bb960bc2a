/// An amount of CPU, memory or storage in Kubernetes notation: `500m`, `1`, `512Mi`, `1.5Gi`, `1e9`.
///
/// Equal amounts are equal however they are written; ``description`` gives the text as it was written.
public struct Quantity: Sendable, CustomStringConvertible {
    /// As it was written.
    public let description: String
    /// The amount in thousand-millionths of the unit: bytes or CPUs.
    private let nanos: Int128

    /// The amount in the base unit (bytes or CPUs), rounded.
    public var value: Double { Double(nanos) / 1e9 }

    /// Reads the notation of Kubernetes' `resource.Quantity`.
    ///
    /// - Throws: ``ClassroomError`` with code `invalidValue` if it is not that, is negative or finer than a
    ///   thousand-millionth.
    public init(_ text: String) throws(ClassroomError) {
        guard let nanos = Self.parse(text) else {
            throw ClassroomError(.invalidValue, "\(text) is not a Kubernetes quantity such as 500m, 1.5 or 512Mi")
        }
        self.description = text
        self.nanos = nanos
    }

    /// A whole number of mebibytes.
    public static func mebibytes(_ count: Int) -> Quantity {
        let isWholeGibibytes = count >= 1024 && count % 1024 == 0
        return Quantity(
            description: isWholeGibibytes ? "\(count / 1024)Gi" : "\(count)Mi",
            nanos: Int128(count) << 20 * 1_000_000_000)
    }

    /// A number of thousandths of a CPU.
    public static func milliCPU(_ count: Int) -> Quantity {
        Quantity(
            description: count % 1000 == 0 ? "\(count / 1000)" : "\(count)m", nanos: Int128(count) * 1_000_000)
    }

    private init(description: String, nanos: Int128) {
        self.description = description
        self.nanos = nanos
    }

    private static func parse(_ text: String) -> Int128? {
        guard text.utf8.count <= 32 else { return nil }
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let number = text.prefix { $0 == "." || ($0.utf8.count == 1 && $0.utf8.allSatisfy(digits.contains)) }
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = parts.first, !whole.isEmpty || !(parts.last?.isEmpty ?? true) else {
            return nil
        }
        let fraction = parts.count == 2 ? parts[1] : ""
        guard fraction.utf8.count <= 9,
            let mantissa = Int128("0" + whole + fraction + String(repeating: "0", count: 9 - fraction.utf8.count)),
            let (multiplier, divisor) = factor(text.dropFirst(number.count))
        else { return nil }
        let (product, overflow) = mantissa.multipliedReportingOverflow(by: multiplier)
        return overflow || product % divisor != 0 ? nil : product / divisor
    }

    /// What a suffix multiplies by and divides by.
    private static func factor(_ suffix: Substring) -> (Int128, Int128)? {
        let decimal: [Substring: Int] = ["": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18]
        let small: [Substring: Int] = ["n": 9, "u": 6, "m": 3]
        let binary: [Substring: Int] = ["Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60]
        if let exponent = decimal[suffix] { return (power(exponent), 1) }
        if let exponent = small[suffix] { return (1, power(exponent)) }
        if let exponent = binary[suffix] { return (1 << exponent, 1) }
        guard let mark = suffix.first, mark == "e" || mark == "E", let exponent = Int(suffix.dropFirst()),
            (-9...18).contains(exponent)
        else { return nil }
        return exponent >= 0 ? (power(exponent), 1) : (1, power(-exponent))
    }

    private static func power(_ exponent: Int) -> Int128 {
        (0..<exponent).reduce(1) { product, _ in product * 10 }
    }
}

extension Quantity: Hashable, Comparable {
    /// Whether the amounts are the same, however they are written.
    public static func == (left: Quantity, right: Quantity) -> Bool { left.nanos == right.nanos }

    /// Whether one amount is less than the other.
    public static func < (left: Quantity, right: Quantity) -> Bool { left.nanos < right.nanos }

    /// Hashes the amount, not its notation.
    public func hash(into hasher: inout Hasher) { hasher.combine(nanos) }
}
