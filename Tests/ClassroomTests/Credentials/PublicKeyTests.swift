import Testing

@testable import Classroom

@Suite("Public key")
struct PublicKeyTests {
    @Test(
        "Keys of ssh-keygen are read whole",
        arguments: [
            (Sample.ed25519, PublicKey.KeyType.ed25519), (SampleKeys.rsa2048, .rsa), (SampleKeys.nistp256, .nistp256),
            (SampleKeys.nistp384, .nistp384), (SampleKeys.nistp521, .nistp521),
        ])
    func reads(line: String, type: PublicKey.KeyType) throws {
        #expect(try PublicKey.parse(line).type == type)
        #expect(try PublicKey.parse("  " + line.replacing(" ", with: "\t")).blob == PublicKey.parse(line).blob)
    }

    @Test("The fingerprint and the comment are those that ssh-keygen shows")
    func fingerprint() throws {
        let key = try PublicKey.parse(Sample.ed25519)
        #expect(key.fingerprint == "SHA256:V52FDJg7ur5W67wEisakaNjsBtpTKRzaf1B1agj8tMY")
        #expect(key.comment == "ed25519 test")
        let rsa = try PublicKey.parse(SampleKeys.rsa2048)
        #expect(rsa.fingerprint == "SHA256:PWsaVaH/KZ1KDi6PSEwz+HKhZpKVVGaJUsx7NmiaYQY")
        #expect(rsa.comment == "")
    }

    @Test("What cannot be accepted is refused in words", arguments: refusals)
    func refused(line: String, expected: String) {
        #expect(throws: ClassroomError(.invalidPublicKey, expected)) { try PublicKey.parse(line) }
    }

    private static let blob = Sample.ed25519.split(separator: " ")[1]
    private static let damaged = "the key is damaged; copy the whole line of the .pub file"

    static let refusals = [
        ("", "must not be empty"),
        (
            "# comment",
            "unknown key type #; known: \(PublicKey.KeyType.allCases.map(\.rawValue).sorted().joined(separator: ", "))"
        ),
        ("ssh-ed25518 \(blob)", "unknown key type ssh-ed25518; did you mean ssh-ed25519?"),
        (
            "no-pty \(Sample.ed25519)",
            "options before the key are not supported; begin the line with the key's type"
        ),
        (
            "command=\"a b\",no-pty \(Sample.ed25519)",
            "options before the key are not supported; begin the line with the key's type"
        ),
        (
            "ssh-ed25519-cert-v01@openssh.com AAAA",
            "ssh-ed25519-cert-v01@openssh.com: certificates are not verified yet"
        ),
        ("sk-ssh-ed25519@openssh.com AAAA", "sk-ssh-ed25519@openssh.com: user presence cannot be checked yet"),
        (
            "sk-ssh-ed25519-cert-v01@openssh.com AAAA",
            "sk-ssh-ed25519-cert-v01@openssh.com: certificates are not verified yet"
        ),
        ("ssh-dss AAAA", "ssh-dss: DSA keys are too weak"),
        (
            "-----BEGIN OPENSSH PRIVATE KEY-----",
            "this is a PEM file, perhaps a private key; give the .pub file's line"
        ),
        ("ssh-ed25519", "the key after ssh-ed25519 is not base64; copy the whole line of the .pub file"),
        ("ssh-ed25519 !", "the key after ssh-ed25519 is not base64; copy the whole line of the .pub file"),
        ("ssh-rsa \(blob)", "the line says ssh-rsa but the key in it is of another type"),
        ("ssh-ed25519 AAAA", "the line says ssh-ed25519 but the key in it is of another type"),
        ("ssh-ed25519 /////w==", "the line says ssh-ed25519 but the key in it is of another type"),
        ("ssh-ed25519 \(blob.dropLast(4))", damaged),
        ("ssh-ed25519 \(blob)AAAA", damaged),
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", damaged),
        ("ssh-rsa AAAAB3NzaC1yc2E=", damaged),
        (SampleKeys.rsa1024, "RSA keys must have 2048 to 16384 bits, not 1024"),
        ("\(Sample.ed25519)\n\(Sample.ed25519)", "must be one line for each key"),
    ]
}
