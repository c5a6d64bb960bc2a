import Testing

@testable import Gateway

@Suite("What tells that a lab is gone")
struct LabAttemptsTests {
    @Test(
        "A command that finds its container gone is told from one that the lab does not have",
        arguments: [
            ("container not found (\"lab\")", true),
            ("cannot exec into a container in a completed pod; current phase is Succeeded", true),
            ("container 0f3a is not running", true),
            ("failed to exec in container: failed to create exec \"bdd5\": task bb46 not found: not found", true),
            ("OCI runtime exec failed: exec: \"fish\": executable file not found in $PATH", false),
            ("stat /bin/fish: no such file or directory", false),
        ])
    func lost(reason: String, isGone: Bool) {
        #expect(LabAttempts.isLabGone(reason) == isGone)
    }

    @Test("A backend that cannot be asked, whatever its words, says nothing about the lab")
    func away() {
        let lab = Lab(named: "lab-edu01", uid: "1")
        var attempts = LabAttempts()
        let message = "nobody listens at the socket: the engine is not running"
        #expect(attempts.failed(BackendError(.unavailable, operation: "exec", message: message), on: lab) != nil)
        #expect(attempts.dead == nil)
        #expect(attempts.failed(BackendError(.failed, operation: "exec", message: message), on: lab) != nil)
        #expect(attempts.dead == lab)
    }

    @Test("Tries go on for a minute from the first failure, however long the lab was waited for")
    func patience() {
        let lab = Lab(named: "lab-edu01", uid: "1")
        var attempts = LabAttempts()
        let error = BackendError(.unavailable, operation: "exec", message: "bad gateway")
        let first = ContinuousClock.now + .seconds(600)
        #expect(attempts.failed(error, on: lab, now: first) != nil)
        #expect(attempts.failed(error, on: lab, now: first + .seconds(59)) != nil)
        #expect(attempts.failed(error, on: lab, now: first + .seconds(60)) == nil)
    }

    @Test("The lab that has taken the place of another has a minute of its own, and after three there is an end")
    func successors() {
        var attempts = LabAttempts()
        let error = BackendError(.unavailable, operation: "exec", message: "bad gateway")
        let first = ContinuousClock.now
        let answers = (1...4).map { number in
            attempts.failed(
                error, on: Lab(named: "lab-edu01", uid: "\(number)"), now: first + .seconds(number * 300)) != nil
        }
        #expect(answers == [true, true, true, false])
    }
}
