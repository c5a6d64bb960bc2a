import Foundation
@testable import TestSupport
import Testing

extension LabTests {
    /// Labs that end: unused, too old, nobody's; and those that must not.
    @Suite(
        .sampleClass(course: [
            "idle": "{lab: 10s, warnings: [6s, 3s], maximumAge: 5m, restartGrace: 1s, holdDown: 15s}"
        ]))
    struct ReapingTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        private func newcomer(_ name: String, course: String = "c") async throws -> SSH {
            try await sample.change { try await sample.write(student: name, courses: [course]) }
            return try sample.ssh(name)
        }

        @Test("A lab that nobody uses is stopped within its limit and a look, and its administrator can see why")
        func idle() async throws {
            _ = try await newcomer("idler").run("true")
            let end = ContinuousClock.now
            #expect(try await sample.isGone("idler", within: .seconds(30)))
            #expect(.now - end >= .seconds(8), "it was stopped after \(.now - end)")
            let messages = try await sample.stops()
            #expect(messages.contains { $0.contains("idler") && $0.contains("nothing was typed") }, "\(messages)")
        }

        @Test("A terminal is warned, and any key keeps the lab; without one it is told why the lab was stopped")
        func warning() async throws {
            let ssh = try await newcomer("typist")
            try await Terminal.with(ssh) { terminal in
                try await terminal.showsPrompt()
                try await terminal.shows("your lab will be stopped at")
                let first = try #require(await sample.uid("typist"))
                try await terminal.type("x")
                try await Task.sleep(for: .seconds(7))
                #expect(try await sample.uid("typist") == first)
                try await terminal.shows("your lab was stopped: nothing was typed since", within: .seconds(30))
                #expect(try await terminal.exitStatus() == 254)
                let warnings = try await terminal.screen().split(separator: "your lab will be stopped").count - 1
                #expect((2...4).contains(warnings), "told \(warnings) times")
            }
        }

        @Test("A command without a terminal reads no warning, and its output is its own")
        func noTerminal() async throws {
            let ssh = try await newcomer("piper")
            let child = try await ssh.run("sleep 8; echo done")
            #expect(child.output == "done\n")
            #expect(child.status == 0)
            #expect(!child.errors.contains("will be stopped"), "\(child.errors)")
        }

        @Test("Work keeps a lab though nobody types, and when it is over the lab ends")
        func work() async throws {
            let ssh = try await newcomer("worker")
            let script = "end=$(($(date +%s)+25)); while [ $(date +%s) -lt $end ]; do :; done"
            let child = try await ssh.run("setsid sh -c '\(script)' >/dev/null 2>&1 </dev/null &")
            #expect(child.status == 0, "\(child.errors)")
            let first = try #require(await sample.uid("worker"))
            try await Task.sleep(for: .seconds(22))
            #expect(try await sample.uid("worker") == first)
            #expect(try await sample.isGone("worker", within: .seconds(40)))
        }

        @Test("What connects by itself does not start a stopped lab again, however often it tries; a terminal does")
        func holdDown() async throws {
            let ssh = try await newcomer("editor")
            #expect(try await ssh.run("true").status == 0)
            #expect(try await sample.isGone("editor", within: .seconds(30)))
            // Longer than the hold-down: each try puts its end off.
            let end = ContinuousClock.now + .seconds(20)
            while ContinuousClock.now < end {
                let child = try await ssh.run("true")
                #expect(child.status == 254)
                #expect(child.errors.contains("only a login with a terminal starts it again"), "\(child.errors)")
                #expect(try await sample.lab(of: "editor") == nil)
                try await Task.sleep(for: .seconds(2))
            }
            try await Terminal.with(ssh.with("-t"), command: "echo ok") { terminal in
                let status = try await terminal.exitStatus()
                #expect(status == 0)
            }
            #expect(try await ssh.run("true").status == 0)
        }

        @Test(
            "A stop that its gateway did not live to carry out is carried out whole: the lab goes, and is held down",
            .enabled(if: Site.chosen == .cluster, "nobody can write into the database of a gateway that runs"))
        func unfinishedStop() async throws {
            let ssh = try await newcomer("halted")
            #expect(try await ssh.run("true").status == 0)
            let lab = try #require(await sample.lab(of: "halted"))
            // What a gateway leaves that is killed right after it has written why.
            let at = Int(Date.now.timeIntervalSince1970 * 1000)
            let note = #"{"at":\#(at),"holdUntil":\#(at + 120_000),"isDeliberate":false,"reason":"of a whim"}"#
            try await sample.namespace.kubectl(
                "annotate", "pod", lab.name, "labgate.dev/stopped=of a whim", "labgate.dev/hold-down=\(note)")
            #expect(try await sample.isGone("halted", within: .seconds(30)))
            let child = try await ssh.run("true")
            #expect(child.status == 254)
            #expect(child.errors.contains("(of a whim); until"), "\(child.errors)")
            #expect(child.errors.contains("only a login with a terminal starts it again"), "\(child.errors)")
        }

        @Test(
            "A lab that cannot start is removed when its time for that is over and nobody waits for it any more",
            .enabled(if: Site.chosen == .cluster, "on one host nothing is made before its image is there"))
        func forsaken() async throws {
            try await sample.change {
                var course = CourseDocument(name: "broken", more: ["idle": "{lab: 10s, maximumAge: 1h}"])
                course.image = Site.image + "-does-not-exist"
                course.startTimeout = "10s"
                try sample.write(course)
            }
            let login = try await newcomer("quitter", course: "broken").start("true")
            let isThere = try await eventually(within: .seconds(30), every: .milliseconds(50)) {
                try await sample.lab(of: "quitter", course: "broken") != nil
            }
            #expect(isThere)
            login.kill()
            #expect(try await sample.isGone("quitter", course: "broken", within: .seconds(60)))
            let messages = try await sample.stops()
            #expect(messages.contains { $0.contains("quitter") && $0.contains("nobody waits for it") }, "\(messages)")
        }

        @Test("A lab ends at its greatest age, whatever runs in it, and the next login gets a new one")
        func age() async throws {
            let rules = "{lab: never, warnings: [5s], maximumAge: 12s, restartGrace: 1s, holdDown: 0s}"
            try await sample.change { try sample.write(CourseDocument(name: "brief", more: ["idle": rules])) }
            let ssh = try await newcomer("elder", course: "brief")
            let child = try await ssh.run("while :; do echo x; sleep 1; done")
            #expect(child.status == 254)
            #expect(child.errors.contains("your lab was stopped: it is 12s old"), "\(child.errors)")
            #expect(try await ssh.run("echo new").output == "new\n")
        }

        @Test("The lab sessions of a student who is suspended are closed within seconds, and the lab goes")
        func suspended() async throws {
            let ssh = try await newcomer("suspect")
            let running = try ssh.start("echo begun; sleep 100")
            try await running.prints("begun")
            try await sample.change { try await sample.write(student: "suspect", suspended: true) }
            let child = try await running.end(within: .seconds(5))
            #expect(child.status == 254)
            #expect(child.errors.contains("your account is suspended"), "\(child.errors)")
            #expect(try await sample.isGone("suspect", within: .seconds(15)))
        }

        @Test("The lab of a student whose document is gone is nobody's: its sessions are closed and it goes")
        func orphan() async throws {
            let ssh = try await newcomer("leaver")
            let running = try ssh.start("echo begun; sleep 100")
            try await running.prints("begun")
            try await sample.change {
                try FileManager.default.removeItem(at: sample.classroom.appending(path: "student-leaver.yaml"))
            }
            #expect(try await running.end(within: .seconds(5)).status == 254)
            #expect(try await sample.isGone("leaver", within: .seconds(20)))
        }

        @Test("An idle lab session is closed after its own limit, and the lab stays")
        func labSession() async throws {
            let rules = "{labSession: 10s, lab: 5m, warnings: [5s], maximumAge: 10m}"
            try await sample.change { try sample.write(CourseDocument(name: "quiet", more: ["idle": rules])) }
            let ssh = try await newcomer("sleeper", course: "quiet")
            try await Terminal.with(ssh) { terminal in
                try await terminal.showsPrompt()
                try await terminal.shows("this session will be closed at")
                try await terminal.shows("this session was closed: nothing was typed since")
                #expect(try await terminal.exitStatus() == 254)
            }
            #expect(try await sample.lab(of: "sleeper", course: "quiet") != nil)
        }

        @Test("A file transfer is an interaction: what it brings keeps the lab")
        func transfer() async throws {
            let ssh = try await newcomer("sender")
            let first = try await ssh.run("true")
            #expect(first.status == 0)
            let before = try #require(await sample.uid("sender"))
            let child = try await ssh.run("cat > file", inPipeline: #"(for i in 1 2 3 4 5 6; do echo $i; sleep 3; done) | "$@""#)
            #expect(child.status == 0, "\(child.errors)")
            #expect(try await sample.uid("sender") == before)
        }
    }
}
