import ArgumentParser
import Classroom

/// `labgate totp`: a key for an authenticator app and a Student document.
struct TOTP: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "totp",
        abstract: "Make a key for an authenticator app, as a second factor.",
        discussion: """
            Prints a new random key for a Student document, and the same as an otpauth:// address for the student's \
            authenticator app (`qrencode -t UTF8` makes a QR code of that). Each login then needs a code of the app as \
            well, whether it begins with a key or with the password. Both lines are secrets, and kept nowhere.
            """
    )

    @Argument(help: "The student's login name, which the app shows.")
    var student: String

    @Option(help: "Who asks for the code, such as the school; the app shows it, too.")
    var issuer = "labgate"

    func validate() throws {
        guard StudentName.normalized(student) != nil else {
            throw ValidationError("\(student) cannot be the login name of a student")
        }
        guard !issuer.isEmpty, !issuer.contains(":") else {
            throw ValidationError("the issuer must be a word or some, without a colon")
        }
    }

    func run() {
        let key = TOTPKey.make()
        print("totpKey: \(key.text)")
        print(key.uri(issuer: issuer, account: student))
        printError(
            """

            Put the first line into the spec of \(student)'s Student document, or, if that is a custom resource, the key
            alone into a Secret in the labs' namespace, where whoever may read the document does not see it:

              kubectl create secret generic STUDENT-totp -n labs --from-file=totpKey=/dev/stdin   # type the key, then ^D
              totpKeySecret: {name: STUDENT-totp}        # in the spec, instead of totpKey

            The gateway needs leave to read that Secret: a Role with its name under resourceNames, as
            deploy/kubernetes/samples/totp-secret.yaml has it. Without that nobody can log in as \(student).

            Give the second line to the student, once, by a way that nobody else reads.
            """)
    }
}
