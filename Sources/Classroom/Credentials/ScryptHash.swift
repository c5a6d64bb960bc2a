import Crypto
import CryptoExtras
import Foundation

/// A password hash by scrypt (RFC 7914) in the PHC string format: `$scrypt$ln=15,r=8,p=1$salt$hash`.
struct ScryptHash: Hashable, Sendable {
    /// What the text begins with.
    static let prefix = "$scrypt$"
    /// Most N·r·p, for every scrypt-like hash: 64 MiB of memory if p is 1, and a quarter of a second.
    static let maximumWork = 1 << 19
    /// Least N·r·p: 2 MiB. Below that guessing is cheap.
    static let minimumWork = 1 << 14
    /// Largest r that the library computes memory for correctly.
    private static let maximumBlockSize = 16

    private let logRounds: Int
    private let blockSize: Int
    private let parallelism: Int
    private let salt: [UInt8]
    private let hash: [UInt8]

    /// Hashes a password with random salt and the parameters OWASP gives for 32 MiB.
    init(password: [UInt8]) throws(ClassroomError) {
        var random = SystemRandomNumberGenerator()
        let salt = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        self.init(logRounds: 15, blockSize: 8, parallelism: 1, salt: salt, hash: [UInt8](repeating: 0, count: 32))
        guard let hash = derive(password) else {
            throw ClassroomError(.passwordNotHashed, "the system refused to compute scrypt")
        }
        self.init(logRounds: logRounds, blockSize: blockSize, parallelism: parallelism, salt: salt, hash: hash)
    }

    /// Reads the PHC string.
    init(_ text: String) throws(ClassroomError) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, let numbers = Self.parameters(parts[2]), let salt = UnpaddedBase64.decode(parts[3]),
            let hash = UnpaddedBase64.decode(parts[4]), (8...64).contains(salt.count), (16...64).contains(hash.count)
        else {
            throw ClassroomError(
                .invalidPasswordHash,
                "a scrypt hash must look like $scrypt$ln=15,r=8,p=1$salt$hash; make one with labgate password")
        }
        let (logRounds, blockSize, parallelism) = numbers
        let isSane =
            (1...20).contains(logRounds) && (1...Self.maximumBlockSize).contains(blockSize)
            && (1...16).contains(parallelism)
        guard isSane, (Self.minimumWork...Self.maximumWork).contains((1 << logRounds) * blockSize * parallelism) else {
            let parameters = "ln=\(logRounds),r=\(blockSize),p=\(parallelism)"
            let message = "scrypt with \(parameters) is too weak or too costly; use ln=15,r=8,p=1"
            throw ClassroomError(.invalidPasswordHash, message)
        }
        self.init(logRounds: logRounds, blockSize: blockSize, parallelism: parallelism, salt: salt, hash: hash)
    }

    private init(logRounds: Int, blockSize: Int, parallelism: Int, salt: [UInt8], hash: [UInt8]) {
        self.logRounds = logRounds
        self.blockSize = blockSize
        self.parallelism = parallelism
        self.salt = salt
        self.hash = hash
    }

    /// A hash that no password gives, but by a chance of one in 2²⁵⁶.
    static let decoy = ScryptHash(
        logRounds: 15, blockSize: 8, parallelism: 1, salt: Array("labgate nobody's".utf8),
        hash: [UInt8](repeating: 0, count: 32))

    private var parameterText: String { "ln=\(logRounds),r=\(blockSize),p=\(parallelism)" }

    /// The PHC string.
    var text: String {
        "\(Self.prefix)\(parameterText)$\(UnpaddedBase64.encode(salt))$\(UnpaddedBase64.encode(hash))"
    }

    /// The kind and the parameters.
    var costDescription: String { "scrypt \(parameterText)" }

    /// Whether this is the password.
    func verify(password: [UInt8]) -> Bool {
        derive(password).map { ConstantTime.equal($0, hash) } ?? false
    }

    private func derive(_ password: [UInt8]) -> [UInt8]? {
        let key = try? KDF.Scrypt.deriveKey(
            from: password, salt: salt, outputByteCount: hash.count, rounds: 1 << logRounds, blockSize: blockSize,
            parallelism: parallelism)
        return key?.withUnsafeBytes { Array($0) }
    }

    private static func parameters(_ text: Substring) -> (Int, Int, Int)? {
        let pairs = text.split(separator: ",", omittingEmptySubsequences: false)
            .map { $0.split(separator: "=", omittingEmptySubsequences: false) }
        guard pairs.map(\.first) == ["ln", "r", "p"], pairs.allSatisfy({ $0.count == 2 }) else { return nil }
        let numbers = pairs.compactMap { $0[1].utf8.count <= 3 ? Int($0[1]) : nil }
        return numbers.count == 3 ? (numbers[0], numbers[1], numbers[2]) : nil
    }
}
