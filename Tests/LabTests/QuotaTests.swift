import Foundation
@testable import TestSupport
import Testing

extension LabTests {
    /// Every student's limits, on any number of gateways.
    @Suite(.sampleClass(course: ["idle": "{holdDown: 0s}", "quotas": "{labSessions: 3, connections: 60, labs: 1}"]))
    struct QuotaTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        private func course(_ name: String, _ more: [String: String], of student: String) async throws -> SSH {
            try await sample.change {
                try sample.write(CourseDocument(name: name, more: more))
                try await sample.write(student: student, courses: [name])
            }
            return try sample.ssh(student)
        }

        @Test("Fifty logins of one student at once, at two gateways: exactly as many get in as may, whoever they reach")
        func exact() async throws {
            try await sample.withSecondGateway { try await checkExact(other: $0) }
        }

        private func checkExact(other: LabgateProcess) async throws {
            #expect(try await sample.ssh().run("true").status == 0)
            let gateways = [try sample.gateway, other]
            let logins = try (0..<50).map { index in
                try sample.ssh("edu01", at: gateways[index % 2]).start("echo in; read line", input: .open)
            }
            // All have an answer: they are in, or out.
            let areAnswered = try await eventually(within: .seconds(60), every: .milliseconds(100)) {
                logins.allSatisfy { !$0.isRunning || $0.output == "in\n" }
            }
            #expect(areAnswered)
            let isIn = logins.filter(\.isRunning)
            #expect(isIn.count == 3)
            for login in logins where !login.isRunning {
                let child = try await login.end()
                #expect(child.status == 254)
                #expect(child.output.isEmpty)
                #expect(
                    child.errors.contains("you have 3 lab sessions, and 3 is the limit of the course c"), "\(child.errors)")
            }
            for login in isIn { try login.endInput() }
            for login in isIn { _ = try await login.end() }
            #expect(try await sample.ssh("edu01", at: other).run("echo again").output == "again\n")
        }

        @Test(
            "What a gateway that was killed held is free again within a minute, at another",
            .enabled(if: Site.chosen == .cluster, "one host has one gateway"))
        func killed() async throws {
            let other = try await LabgateProcess.serve(configuration: sample.configuration)
            let ssh = try sample.ssh("edu02")
            let held = try (0..<3).map { _ in try sample.ssh("edu02", at: other).start("echo in; sleep 100") }
            for login in held { try await login.prints("in\n") }
            #expect(try await ssh.run("true").status == 254)
            try await other.kill()
            for login in held { _ = try await login.end() }
            let isFree = try await eventually(within: .seconds(60), every: .seconds(1)) {
                try await ssh.run("true").status == 0
            }
            #expect(isFree)
        }

        @Test("A student has no more labs at once than may be, over all courses")
        func labs() async throws {
            try await sample.change {
                try sample.write(CourseDocument(name: "second", more: ["quotas": "{labs: 1}", "capacity": "1"]))
                try await sample.write(student: "collector", courses: ["c", "second"])
            }
            let ssh = try sample.ssh("collector")
            #expect(try await ssh.run("true").status == 0)
            let child = try await sample.ssh("collector+second").run("true")
            #expect(child.status == 254)
            #expect(child.errors.contains("you have 1 lab, and 1 is the limit of all your courses together"), "\(child.errors)")
            // Who was refused has not taken the course's only place.
            #expect(try await WaitingRoomView.of("second", in: sample.site).seatCount == 0)
            #expect(try await ssh.run(":stop").status == 0)
            let isFree = try await eventually(within: .seconds(90), every: .seconds(2)) {
                try await sample.ssh("collector+second").run("true").status == 0
            }
            #expect(isFree)
        }

        @Test("A time budget ends a session in its middle: told before, told when it is used up, then closed")
        func budget() async throws {
            let ssh = try await course(
                "short", ["quotas": "{connectedTime: {day: 12s}, warning: 8s, grace: 4s}"], of: "hurried")
            try await Terminal.with(ssh) { terminal in
                try await terminal.shows("of your connected time for today (12s) is left")
                try await terminal.shows("your connected time for today (12s) is used up; everything of yours ends at")
                try await terminal.shows("there is new time at")
                #expect(try await terminal.exitStatus() == 254)
            }
            let child = try await ssh.run("true")
            #expect(child.status == 254)
            #expect(child.errors.contains("your connected time for today (12s) is used up"), "\(child.errors)")
        }

        @Test("A budget of CPU time ends a lab that works: told before, told when it is used up, then stopped, and so refused")
        func cpuBudget() async throws {
            let ssh = try await course(
                "costly",
                [
                    "quotas": "{cpuTime: {day: 10s}, warning: 8s, grace: 5s}",
                    // CPU time is read every tenth of the limit.
                    "idle": "{lab: 40s, warnings: [5s], maximumAge: 10m, holdDown: 0s}",
                ], of: "burner")
            try await Terminal.with(ssh) { terminal in
                try await terminal.showsPrompt()
                try await terminal.enter("while :; do :; done")
                try await terminal.shows("of your CPU time for today (10s) is left", within: .seconds(150))
                try await terminal.shows(
                    "your CPU time for today (10s) is used up; everything of yours ends at", within: .seconds(150))
                try await terminal.shows("there is new time at", within: .seconds(60))
                #expect(try await terminal.exitStatus() == 254)
            }
            #expect(try await sample.isGone("burner", course: "costly", within: .seconds(60)))
            let child = try await ssh.run("true")
            #expect(child.status == 254)
            #expect(
                child.errors.contains("your CPU time for today (10s) is used up; there is new time at"), "\(child.errors)")
            #expect(try await sample.lab(of: "burner", course: "costly") == nil)
        }

        @Test("Outside of its opening hours a course says when it opens, and inside it lets in")
        func hours() async throws {
            let day = Calendar(identifier: .gregorian).component(.weekday, from: .now)
            let days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
            let (today, other) = (days[day - 1], days[(day + 2) % 7])
            let closed = try await course("closed", ["openingHours": #"[{days: [\#(other)], from: "08:00", to: "20:00"}]"#], of: "early")
            let child = try await closed.run("true")
            #expect(child.status == 254)
            #expect(child.errors.contains("the course closed is closed until"), "\(child.errors)")
            #expect(child.errors.contains("08:00"), "\(child.errors)")
            // Near midnight, tomorrow counts, too.
            let hours = #"[{days: [\#(today), \#(days[day % 7])], from: "00:00", to: "24:00"}]"#
            let open = try await course("open", ["openingHours": hours], of: "prompt")
            #expect(try await open.run("echo in").output == "in\n")
        }

        @Test("In an exam there is one connection, no forwarding, and no file transfer if the course says so")
        func exam() async throws {
            let format = Date.ISO8601FormatStyle(includingFractionalSeconds: false).dateTimeSeparator(.standard)
            let time = { (offset: TimeInterval) in String((Date.now + offset).formatted(format).prefix(16)) }
            let exams = #"[{from: "\#(time(-3600))", to: "\#(time(3600))", connections: 1, forwarding: false, sftp: false}]"#
            let ssh = try await course("exam", ["exams": exams], of: "examinee")
            let running = try ssh.start("echo in; sleep 100")
            try await running.prints("in\n")
            let second = try await ssh.run("true")
            #expect(second.status == 254)
            #expect(second.errors.contains("which permits 1 connection at once"), "\(second.errors)")
            running.kill()
            let isFree = try await eventually(within: .seconds(10), every: .milliseconds(200)) {
                try await ssh.run("true").status == 0
            }
            #expect(isFree)
            let transfer = try await ssh.transfer("sftp", "-b", "-", ssh.remote(""), input: .text("ls\n"))
            #expect(transfer.status != 0)
            #expect(transfer.errors.contains("which permits no file transfer by SFTP"), "\(transfer.errors)")
            let forwarding = try await ssh.with("-W", "localhost:22").run()
            #expect(forwarding.status != 0)
        }
    }
}
