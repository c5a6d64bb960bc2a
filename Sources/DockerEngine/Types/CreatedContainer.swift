/// The answer to the creation of a container.
public struct CreatedContainer: Hashable, Sendable, Decodable {
    /// 64 hexadecimal digits.
    public var id: String
    /// What the engine could not do as told, such as a limit that the kernel does not have.
    public var warnings: [String]?

    private enum CodingKeys: String, CodingKey {
        case id = "Id"
        case warnings = "Warnings"
    }
}
