import Testing

@testable import Classroom

@Suite("Password hash")
struct PasswordHashTests {
    /// The password of the hashes below that Python's `crypt` and `hashlib.scrypt` made.
    static let password = "Grüße, 世界!"

    @Test(
        "Hashes of other tools know their password and no other",
        arguments: [
            "$6$rounds=1000$saltsalt$"
                + "5I3KyVN7Gck0beJM7GM1UupgYcyEDj/1Z6Vn1KfG04lBdyzIm6IiCSrv6VW3VqHsu.auddRsQLD2Y4y8CAcb9.",
            "$6$saltsaltsaltsalt$"
                + "6OD15Mx9EJhqMxpbd.eVFAvvW/lWwAf51JZ1WaYqz/SYPinaotuJ/j0jHhowP192Bhj9pWlh7RRm4xpzBZXlk1",
            "$5$saltsalt$/yi7z1th8yLmVGqO2.BFr4XDjh.dFz3gRcM9TG2D9hA",
            "$2b$04$abcdefghijklmnopqrstuua65OyrF2.Ee2ekiVuz9ly6lT144Uj5m",
            "$2y$04$abcdefghijklmnopqrstuua65OyrF2.Ee2ekiVuz9ly6lT144Uj5m",
            "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$fhOtdGNFThGTc4DJUBLgyvotGVCCk/V.AcIPA7T/k31",
            "$7$BU..../....saltsaltsalt$Ei.43zH0KjZmEb9xj7zFtFDIKN514LaCW61JnjX1845",
            "$scrypt$ln=15,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$vme94M9zYmgIGq/XEwQrkNzu7z7OXA2bkvNLvE42D0o",
            "$scrypt$ln=14,r=16,p=1$MDEyMzQ1Njc4OWFiY2RlZg$2Y6V1fDd64C4yCpIzTa+vD8Q+jsziuC6zZR8EhjA0lc",
            "$scrypt$ln=11,r=8,p=4$c2FsdHNhbHQ$lz1yxoCNIKC/AOq+3ChgskQpL4kp8O1I4wOjC4WEqqc",
        ])
    func knownAnswers(text: String) throws {
        let hash = try PasswordHash.parse(text)
        #expect(hash.verify(password: Self.password))
        #expect(!hash.verify(password: Self.password + "!"))
        #expect(!hash.verify(password: ""))
        #expect(hash.text == text)
        #expect(!hash.description.contains("$") && !hash.description.contains("salt"))
    }

    @Test("Hashes of openssl passwd are taken over")
    func openssl() throws {
        #expect(try PasswordHash.parse(Sample.sha512).verify(password: "secret"))
        let sha256 = try PasswordHash.parse("$5$openssl1$8n014xdJQs1TdRtxTCV1wfzMsKTzUpbqrAZjWYq2FU9")
        #expect(sha256.verify(password: "secret") && !sha256.verify(password: "Secret"))
    }

    @Test("A new hash is scrypt with the documented parameters and its own salt, and can be read back")
    func makes() throws {
        let hash = try PasswordHash.make(password: "correct horse")
        #expect(hash.text.hasPrefix("$scrypt$ln=15,r=8,p=1$"))
        #expect(hash.text.utf8.count == 22 + 22 + 1 + 43)
        #expect(try PasswordHash.parse(hash.text) == hash)
        #expect(hash.verify(password: "correct horse") && !hash.verify(password: "correct horsf"))
        #expect(try PasswordHash.make(password: "correct horse") != hash)
    }

    @Test("Passwords that nobody can have are wrong, and cannot be set", arguments: ["", "a\0", "a\0b", "\0"])
    func implausible(password: String) throws {
        let hash = try PasswordHash.make(password: "a")
        #expect(!hash.verify(password: password))
        #expect(throws: ClassroomError(.passwordNotHashed, "a password must be 1 to 1024 bytes without NUL")) {
            try PasswordHash.make(password: password)
        }
    }

    @Test("A password of 1024 bytes counts, one of 1025 is wrong")
    func longPasswords() throws {
        let longest = String(repeating: "x", count: 1024)
        let hash = try PasswordHash.make(password: longest)
        #expect(hash.verify(password: longest))
        #expect(!hash.verify(password: longest + "x"))
        // Longer than crypt(3) takes: it fails, which is no match.
        #expect(!(try PasswordHash.parse(Sample.sha512).verify(password: longest)))
    }

    @Test("Hashes that are weak, costly, damaged or of other kinds are refused in words", arguments: refusals)
    func refused(text: String, expected: String) {
        #expect(throws: ClassroomError(.invalidPasswordHash, expected)) { try PasswordHash.parse(text) }
    }

    private static let remake = "make a new one with labgate password"
    private static let notAHash =
        "is not a password hash; a password itself must not be written here: make one with labgate password"
    private static let scryptForm =
        "a scrypt hash must look like $scrypt$ln=15,r=8,p=1$salt$hash; make one with labgate password"
    private static let salt16 = "MDEyMzQ1Njc4OWFiY2RlZg"
    private static let hash32 = "vme94M9zYmgIGq/XEwQrkNzu7z7OXA2bkvNLvE42D0o"
    private static func scrypt(_ parameters: String) -> String { "$scrypt$\(parameters)$\(salt16)$\(hash32)" }
    private static let dots43 = String(repeating: ".", count: 43)

    static let refusals = [
        ("$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1", "$1$ hashes are too weak; \(remake)"),
        ("$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ/", "$apr1$ hashes are too weak; \(remake)"),
        ("abJnggxhB/yWI", "DES hashes are too weak; \(remake)"),
        ("_J9..K0AyUubDrfOgO4s", "DES hashes are too weak; \(remake)"),
        ("$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA", "argon2 hashes cannot be checked on this system; \(remake)"),
        ("$gy$j9T$a$b", "$gy$ hashes are not supported; \(remake)"),
        ("$99$a$b", "is a hash of an unknown kind; \(remake)"),
        ("!", "is a locked entry, not a hash; remove the key, or set suspended: true"),
        ("*", "is a locked entry, not a hash; remove the key, or set suspended: true"),
        ("hunter2", notAHash), ("$", notAHash), ("a$b$c", notAHash),
        ("$6$a b$c", "is not a password hash; make one with labgate password"),
        ("$6$salt$short", "the sha512crypt hash is damaged"),
        ("$6$rounds=999999999$salt$\(dots43)\(dots43)", "sha512crypt must have 1000 to 500000 rounds"),
        ("$5$rounds=10$salt$\(dots43)", "sha256crypt must have 1000 to 500000 rounds"),
        ("$2b$31$abcdefghijklmnopqrstuua65OyrF2.Ee2ekiVuz9ly6lT144Uj5m", "bcrypt must have a cost of 4 to 14, not 31"),
        ("$2b$04$abc", "the bcrypt hash is damaged"),
        ("$y$jFT$abcd$\(dots43)", "the yescrypt hash is too weak or too costly; \(remake)"),
        ("$y$j9z$abcd$\(dots43)", "the yescrypt hash has unusual parameters; \(remake)"),
        ("$y$.9T$abcd$\(dots43)", "the yescrypt hash has unusual parameters; \(remake)"),
        ("$y$j9T$abcd$x", "the yescrypt hash is damaged"),
        ("$7$IU..../....salt$\(dots43)", "the scrypt hash is too weak or too costly; \(remake)"),
        ("$7$Bzzzzzzzzzzsalt$\(dots43)", "the scrypt hash is too weak or too costly; \(remake)"),
        ("$7$short$\(dots43)", "the scrypt hash is damaged"),
        (scrypt("ln=25,r=8,p=1"), "scrypt with ln=25,r=8,p=1 is too weak or too costly; use ln=15,r=8,p=1"),
        (scrypt("ln=17,r=8,p=1"), "scrypt with ln=17,r=8,p=1 is too weak or too costly; use ln=15,r=8,p=1"),
        (scrypt("ln=15,r=8,p=16"), "scrypt with ln=15,r=8,p=16 is too weak or too costly; use ln=15,r=8,p=1"),
        (scrypt("ln=12,r=32,p=1"), "scrypt with ln=12,r=32,p=1 is too weak or too costly; use ln=15,r=8,p=1"),
        (scrypt("ln=4,r=8,p=1"), "scrypt with ln=4,r=8,p=1 is too weak or too costly; use ln=15,r=8,p=1"),
        (scrypt("ln=-1,r=8,p=1"), "scrypt with ln=-1,r=8,p=1 is too weak or too costly; use ln=15,r=8,p=1"),
        (scrypt("r=8,ln=15,p=1"), scryptForm), (scrypt("ln=15,r=8"), scryptForm),
        (scrypt("ln=99999,r=8,p=1"), scryptForm),
        ("$scrypt$ln=15,r=8,p=1$\(salt16)==$\(hash32)", scryptForm),
        ("$scrypt$ln=15,r=8,p=1$$\(hash32)", scryptForm), ("$scrypt$", scryptForm),
    ]

    @Test("No password opens the decoy")
    func decoy() {
        #expect(!PasswordHash.decoy.verify(password: "labgate nobody's"))
        #expect(PasswordHash.decoy.description == "scrypt ln=15,r=8,p=1")
    }
}
