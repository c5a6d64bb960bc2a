import CCrypt
import Glibc

/// A password hash of the system's crypt(3), as `/etc/shadow` has them.
struct CryptHash: Hashable, Sendable {
    /// As it was written: method, cost, salt and hash.
    let text: String
    /// The method and the cost, without salt and hash.
    let costDescription: String

    /// Most rounds of SHA-crypt: half a second. The default is 5,000.
    private static let maximumSHARounds = 500_000
    /// Most log₂ rounds of bcrypt: a second. Usual are 10 to 12.
    private static let maximumBcryptCost = 14

    /// Reads a crypt(3) hash.
    ///
    /// - Throws: ``ClassroomError`` if it is of a method that is too weak, unknown or damaged, or if it is too costly.
    init(_ text: String) throws(ClassroomError) {
        guard text.utf8.count <= 384, text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw Self.refusal("is not a password hash; make one with labgate password")
        }
        let parts = text.split(separator: "$", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 3, parts[0].isEmpty else { throw Self.refusal(ofUnmarked: text) }
        self.text = text
        switch parts[1] {
        case "5": costDescription = try Self.checkSHA(parts, "sha256crypt", hashLength: 43)
        case "6": costDescription = try Self.checkSHA(parts, "sha512crypt", hashLength: 86)
        case "2a", "2b", "2y": costDescription = try Self.checkBcrypt(parts)
        case "y": costDescription = try Self.checkYescrypt(parts)
        case "7": costDescription = try Self.checkScrypt(parts)
        case "1", "apr1", "md5", "sha1", "3":
            throw Self.refusal("$\(parts[1])$ hashes are too weak; make a new one with labgate password")
        case "argon2i", "argon2d", "argon2id":
            throw Self.refusal("argon2 hashes cannot be checked on this system; make a new one with labgate password")
        case "gy": throw Self.refusal("$gy$ hashes are not supported; make a new one with labgate password")
        default: throw Self.refusal("is a hash of an unknown kind; make a new one with labgate password")
        }
    }

    /// Whether this is the password, by crypt(3).
    func verify(password: [UInt8]) -> Bool {
        // crypt_ra allocates its own scratch memory, so threads share nothing.
        var scratch: UnsafeMutableRawPointer?
        var scratchByteCount: CInt = 0
        defer {
            if let scratch {
                explicit_bzero(scratch, Int(scratchByteCount))
                free(scratch)
            }
        }
        let phrase = password.map { CChar(bitPattern: $0) } + [0]
        guard let result = crypt_ra(phrase, text, &scratch, &scratchByteCount) else { return false }
        // A failure token begins with * and so equals no hash.
        return ConstantTime.equal(Array(String(cString: result).utf8), Array(text.utf8))
    }

    private static func refusal(_ message: String) -> ClassroomError {
        ClassroomError(.invalidPasswordHash, message)
    }

    private static func refusal(ofUnmarked text: String) -> ClassroomError {
        if text.hasPrefix("!") || text.hasPrefix("*") {
            return refusal("is a locked entry, not a hash; remove the key, or set suspended: true")
        }
        if text.utf8.count == 13, isCryptAlphabet(text) {
            return refusal("DES hashes are too weak; make a new one with labgate password")
        }
        if text.hasPrefix("_") { return refusal("DES hashes are too weak; make a new one with labgate password") }
        return refusal(
            "is not a password hash; a password itself must not be written here: make one with labgate password")
    }

    /// The digits of crypt(3)'s base 64, in the order of their values.
    private static let digits = Array("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    private static func isCryptAlphabet(_ text: some StringProtocol) -> Bool {
        text.utf8.allSatisfy(digits.contains)
    }

    private static func value(_ digit: UInt8?) -> Int? {
        digit.flatMap(digits.firstIndex)
    }

    private static func checkSHA(
        _ parts: [String], _ name: String, hashLength: Int
    ) throws(ClassroomError) -> String {
        var fields = parts.dropFirst(2)
        var rounds = 5000
        if let first = fields.first, first.hasPrefix("rounds=") {
            rounds = Int(first.dropFirst(7)) ?? 0
            fields = fields.dropFirst()
        }
        guard (1000...maximumSHARounds).contains(rounds) else {
            throw refusal("\(name) must have 1000 to \(maximumSHARounds) rounds")
        }
        guard fields.count == 2, let salt = fields.first, let hash = fields.last, salt.utf8.count <= 16,
            hash.utf8.count == hashLength, isCryptAlphabet(hash)
        else { throw refusal("the \(name) hash is damaged") }
        return "\(name) rounds=\(rounds)"
    }

    private static func checkBcrypt(_ parts: [String]) throws(ClassroomError) -> String {
        guard parts.count == 4, parts[2].utf8.count == 2, let cost = Int(parts[2]), parts[3].utf8.count == 53,
            isCryptAlphabet(parts[3])
        else { throw refusal("the bcrypt hash is damaged") }
        guard (4...maximumBcryptCost).contains(cost) else {
            throw refusal("bcrypt must have a cost of 4 to \(maximumBcryptCost), not \(cost)")
        }
        return "bcrypt cost=\(cost)"
    }

    /// `$y$` params `$` salt `$` hash. The parameters are three digits in what every tool makes: the flavour,
    /// log₂ N − 1 and r − 1; digits of value 48 and more begin longer numbers, which are beyond the bounds anyway.
    private static func checkYescrypt(_ parts: [String]) throws(ClassroomError) -> String {
        guard parts.count == 5, isCryptAlphabet(parts[3]), parts[4].utf8.count == 43, isCryptAlphabet(parts[4]) else {
            throw refusal("the yescrypt hash is damaged")
        }
        let parameters = Array(parts[2].utf8)
        guard parameters.count == 3, parameters[0] == UInt8(ascii: "j"), let logRounds = value(parameters[1]),
            let blockSize = value(parameters[2]), logRounds < 48, blockSize < 48
        else { throw refusal("the yescrypt hash has unusual parameters; make a new one with labgate password") }
        return try checkWork("yescrypt", logRounds: logRounds + 1, blockSize: blockSize + 1, parallelism: 1)
    }

    /// `$7$`, a digit for log₂ N, five each for r and p, least significant first, then salt `$` hash.
    private static func checkScrypt(_ parts: [String]) throws(ClassroomError) -> String {
        let settings = Array(parts[2].utf8)
        guard parts.count == 4, settings.count >= 11, isCryptAlphabet(String(parts[2].prefix(11))),
            let logRounds = value(settings[0]), parts[3].utf8.count == 43, isCryptAlphabet(parts[3])
        else { throw refusal("the scrypt hash is damaged") }
        func number(_ digits: ArraySlice<UInt8>) -> Int {
            digits.reversed().reduce(0) { $0 << 6 | (value($1) ?? 0) }
        }
        return try checkWork(
            "scrypt", logRounds: logRounds, blockSize: number(settings[1..<6]), parallelism: number(settings[6..<11]))
    }

    private static func checkWork(
        _ name: String, logRounds: Int, blockSize: Int, parallelism: Int
    ) throws(ClassroomError) -> String {
        let isSane = (1...20).contains(logRounds) && (1...64).contains(blockSize) && (1...16).contains(parallelism)
        let range = ScryptHash.minimumWork...ScryptHash.maximumWork
        guard isSane, range.contains((1 << logRounds) * blockSize * parallelism) else {
            throw refusal("the \(name) hash is too weak or too costly; make a new one with labgate password")
        }
        return "\(name) N=2^\(logRounds),r=\(blockSize),p=\(parallelism)"
    }
}
