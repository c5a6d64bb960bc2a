/// A random password to be handed out on paper.
public enum FirstPassword {
    /// Small letters and digits, without those that are easily taken for one another.
    private static let alphabet = Array("abcdefghjkmnpqrstuvwxyz23456789")
    /// In groups of four, which are easily typed: 59 bits.
    private static let groupCount = 3

    /// Makes one, from the system's source of random numbers.
    public static func make() -> String {
        var random = SystemRandomNumberGenerator()
        let groups = (0..<groupCount).map { _ in
            String((0..<4).compactMap { _ in alphabet.randomElement(using: &random) })
        }
        return groups.joined(separator: "-")
    }
}
