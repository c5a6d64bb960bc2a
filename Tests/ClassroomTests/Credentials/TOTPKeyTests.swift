import Foundation
import Testing

@testable import Classroom

@Suite("TOTP key (RFC 6238)")
struct TOTPKeyTests {
    static func key() throws -> TOTPKey { try TOTPKey.parse(Sample.totpKey) }

    static func at(_ seconds: Double) -> Date { Date(timeIntervalSince1970: seconds) }

    @Test(
        "The test vectors of RFC 6238, appendix B, for SHA-1",
        arguments: [
            (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
        ] as [(Double, String)])
    func vectors(seconds: Double, code: String) throws {
        let step = TOTPKey.step(at: Self.at(seconds))
        let number = String(try Self.key().truncatedMAC(at: step) % 100_000_000)
        #expect(String(repeating: "0", count: 8 - number.count) + number == code)
        #expect(try Self.key().code(at: step) == code.suffix(6))
    }

    @Test(
        "The test vectors of RFC 4226, appendix D",
        arguments: zip(
            Int64(0)...9,
            ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]))
    func counterVectors(counter: Int64, code: String) throws {
        #expect(try Self.key().code(at: counter) == code)
    }

    @Test("A step begins at its first instant and ends before the next one's")
    func boundaries() {
        #expect(TOTPKey.step(at: Self.at(59.999)) == 1)
        #expect(TOTPKey.step(at: Self.at(60)) == 2)
        #expect(TOTPKey.step(at: Self.at(89.999)) == 2)
        #expect(TOTPKey.step(at: Self.at(-0.5)) == -1)
    }

    @Test("The codes of the step before and of the next one are taken, and no others")
    func window() throws {
        let key = try Self.key()
        let code = Array(key.code(at: 100).utf8)
        for (seconds, expected) in [
            (2969.999, []), (2970, [100]), (2999.999, [100]), (3000, [100]), (3059.999, [100]), (3060, []),
        ] as [(Double, [Int64])] {
            #expect(key.steps(of: code, around: Self.at(seconds)) == expected, "\(seconds)")
        }
        #expect(key.steps(of: code + [48], around: Self.at(3000)) == [])
        #expect(key.steps(of: code.dropLast(), around: Self.at(3000)) == [])
    }

    @Test("A new key is 160 random bits, can be read again, and tells nothing of itself in passing")
    func make() throws {
        let key = TOTPKey.make()
        #expect(key.text.count == 32)
        #expect(try TOTPKey.parse(key.text) == key)
        #expect(TOTPKey.make() != key)
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), "\([key])", dumped] {
            #expect(text.contains("TOTP key of 160 bits") && !text.contains(key.text), "\(text)")
        }
    }

    @Test("Keys of 128 to 512 bits are read, shorter and longer ones are not", arguments: [15, 16, 64, 65])
    func lengths(byteCount: Int) {
        let text = Base32.encode([UInt8](repeating: 0xa5, count: byteCount))
        let isRead = (try? TOTPKey.parse(text)) != nil
        #expect(isRead == (16...64).contains(byteCount))
    }

    @Test("The address for apps has everything encoded that is not plain")
    func uri() throws {
        #expect(
            try Self.key().uri(issuer: "Lab & Co", account: "jos\u{E9}@edu")
                == "otpauth://totp/Lab%20%26%20Co:jos%C3%A9%40edu?secret=\(Sample.totpKey)"
                + "&issuer=Lab%20%26%20Co&algorithm=SHA1&digits=6&period=30")
    }
}
