import Foundation

/// A token in a file that somebody keeps fresh, such as the kubelet.
struct TokenFile: Sendable {
    /// How long a token read is used before the file is read again: client-go's minute less its leeway.
    static let rereadInterval: Duration = .seconds(50)

    var path: String
    /// The token to use if the file was never readable.
    var fallback: String?

    /// Reads the file.
    func read() throws(CredentialsError) -> String {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            if let fallback { return fallback }
            throw CredentialsError(file: path, message: "can't read the token: \(error.localizedDescription)")
        }
        let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !token.isEmpty else { throw CredentialsError(file: path, message: "the token file is empty") }
        return token
    }
}
