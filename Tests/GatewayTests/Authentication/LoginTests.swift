import Classroom
import Foundation
import Testing

@testable import Gateway
@testable import SSHServer

@Suite("A login")
struct LoginTests {
    let book: CodeBook

    init() throws { book = try CodeBook() }

    private func request(
        _ user: String, _ method: AuthenticationRequest.Method, beginning: Int = 1
    ) -> AuthenticationRequest {
        var request = AuthenticationRequest(user: user, method: method)
        request.beginning = beginning
        return request
    }

    private static func answers(_ texts: String...) -> AuthenticationRequest.Method {
        .answers(texts.map { Array($0.utf8) })
    }

    private static let password = AuthenticationRequest.Method.password(Array("secret".utf8))

    @Test("needs nothing but a key or the password where there is no TOTP key, whoever it may be for")
    func withoutCode() async {
        for method in [CodeBook.proof, Self.password] {
            let login = book.login()
            #expect(await login.authenticate(request("plain", method)) == .granted)
            #expect(login.name?.student == "plain")
        }
        for user in ["plain", "nobody"] {
            #expect(await book.login().authenticate(request(user, .keyboardInteractive)) == .refused)
            #expect(await book.login().authenticate(request(user, Self.answers("secret", book.code))) == .refused)
        }
    }

    @Test("needs a code after a key and after the password")
    func inSteps() async {
        for method in [CodeBook.proof, Self.password] {
            let login = book.login()
            #expect(await login.authenticate(request("both+c", CodeBook.offer)) == .granted)
            #expect(await login.authenticate(request("both+c", method)) == .partial(.keyboardInteractive))
            #expect(login.name == nil)
            let question = AuthenticationPrompts(["Verification code: "])
            #expect(await login.authenticate(request("both+c", .keyboardInteractive)) == .ask(question))
            let spaced = "\(book.code.prefix(3)) \(book.code.suffix(3))"
            #expect(await login.authenticate(request("both+c", Self.answers(spaced))) == .granted)
            #expect(login.name?.description == "both+c")
            book.pass(30)
        }
    }

    @Test("can give the password and the code at once, and a wrong password uses no code up")
    func atOnce() async {
        let login = book.login()
        let question = AuthenticationPrompts(["Password: ", "Verification code: "])
        #expect(await login.authenticate(request("both", .keyboardInteractive)) == .ask(question))
        #expect(await login.authenticate(request("both", Self.answers("wrong", book.code))) == .refused)
        #expect(await login.authenticate(request("both", Self.answers("wrong", "000000"))) == .refused)
        #expect(book.ledger(of: "both") == Ledger())
        #expect(await login.authenticate(request("both", Self.answers("secret", book.code))) == .granted)
    }

    @Test("with a code that was used is refused, at whichever gateway, and told so where a key came first")
    func replay() async {
        let code = book.code
        #expect(await book.login().authenticate(request("both", Self.answers("secret", code))) == .granted)
        #expect(await book.login().authenticate(request("both", Self.answers("secret", code))) == .refused)
        let login = book.login()
        _ = await login.authenticate(request("both", CodeBook.proof))
        #expect(await login.authenticate(request("both", Self.answers(code))) == .refused)
        let question = AuthenticationPrompts(
            ["Verification code: "], instruction: "That code was used already: wait for the next one.")
        #expect(await login.authenticate(request("both", .keyboardInteractive)) == .ask(question))
        book.pass(30)
        #expect(await login.authenticate(request("both", Self.answers(book.code))) == .granted)
    }

    @Test("with the same code at twenty connections at once is granted to one of them")
    func race() async {
        let (code, book) = (book.code, book)
        let granted = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    let login = book.login()
                    _ = await login.authenticate(request("keyed", CodeBook.proof))
                    return await login.authenticate(request("keyed", Self.answers(code))) == .granted
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(granted == 1)
    }

    @Test("does not carry what one student has proven over to another")
    func otherUser() async {
        let login = book.login()
        _ = await login.authenticate(request("keyed", CodeBook.proof))
        #expect(await login.authenticate(request("both", Self.answers(book.code))) == .refused)
        // Nor back again.
        #expect(await login.authenticate(request("keyed", Self.answers(book.code))) == .refused)
        #expect(login.name == nil)
    }

    @Test("does not carry over what was proven before another user name that was refused without being asked about")
    func newBeginning() async {
        let login = book.login()
        #expect(await login.authenticate(request("both", CodeBook.proof)) == .partial(.keyboardInteractive))
        let question = AuthenticationPrompts(["Password: ", "Verification code: "])
        #expect(await login.authenticate(request("both", .keyboardInteractive, beginning: 3)) == .ask(question))
        let code = Self.answers(book.code)
        #expect(await login.authenticate(request("both", code, beginning: 3)) == .refused)
        #expect(login.name == nil)
    }

    @Test("after five wrong codes waits, with this key only, and is told how long")
    func pause() async {
        let login = book.login()
        _ = await login.authenticate(request("both", CodeBook.proof))
        for _ in 1...5 { #expect(await login.authenticate(request("both", Self.answers("000000"))) == .refused) }
        #expect(await login.authenticate(request("both", Self.answers(book.code))) == .refused)
        let question = AuthenticationPrompts(
            ["Verification code: "],
            instruction: "There were too many wrong codes: no code is looked at for the next 30s.")
        #expect(await login.authenticate(request("both", .keyboardInteractive)) == .ask(question))
        #expect(await book.login().authenticate(request("both", Self.answers("secret", book.code))) == .granted)
        book.pass(30)
        #expect(await login.authenticate(request("both", Self.answers(book.code))) == .granted)
    }

    @Test("with what cannot be a code is refused without a pause to follow")
    func implausible() async {
        let login = book.login()
        _ = await login.authenticate(request("both", CodeBook.proof))
        for text in ["", "secret", "12345", "1234567", "12345a", "１２３４５６"] {
            #expect(await login.authenticate(request("both", Self.answers(text))) == .refused)
        }
        #expect(book.ledger(of: "both") == Ledger())
        #expect(await login.authenticate(request("both", Self.answers(book.code))) == .granted)
    }

    @Test("is refused while the ledger cannot be written, and while the TOTP key is not known")
    func failsClosed() async {
        #expect(await book.login().authenticate(request("lost", Self.password)) == .partial(.keyboardInteractive))
        #expect(await book.login().authenticate(request("lost", Self.answers("secret", book.code))) == .refused)
        book.breakDown()
        #expect(await book.login().authenticate(request("both", Self.answers("secret", book.code))) == .refused)
    }

    @Test("is refused no sooner for a wrong password than for a wrong code, a used one or an unwritten one")
    func refusalTime() async {
        let delay = Duration.milliseconds(300)
        #expect(await book.login().authenticate(request("both", Self.answers("secret", book.code))) == .granted)
        let refused = [["wrong", book.code], ["secret", "000000"], ["secret", book.code], ["secret"], []]
        for texts in refused {
            let start = ContinuousClock.now
            let method = AuthenticationRequest.Method.answers(texts.map { Array($0.utf8) })
            #expect(await book.login(refusalDelay: delay).authenticate(request("both", method)) == .refused)
            #expect(ContinuousClock.now - start >= delay, "\(texts)")
        }
    }

    @Test("begins with keyboard-interactive only for those who have a password and need a code")
    func methods() {
        let authenticator = book.authenticator()
        for user in ["both", "both+c", "lost"] {
            #expect(authenticator.methods(for: user) == [.publicKey, .password, .keyboardInteractive])
        }
        for user in ["plain", "keyed", "nobody", "both+", ""] {
            #expect(authenticator.methods(for: user) == [.publicKey, .password])
        }
    }
}
