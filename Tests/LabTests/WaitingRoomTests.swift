import Foundation
@testable import TestSupport
import Testing

extension LabTests {
    /// A course that is full: who waits, and who is next.
    @Suite(.sampleClass(course: ["capacity": "1", "idle": "{holdDown: 0s}"]))
    struct WaitingRoomTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        @Test("When a course is full students wait, are told their places, and get in one after the other")
        func queue() async throws {
            try await sample.change {
                for name in ["first", "second", "third"] { try await sample.write(student: name) }
            }
            let first = try sample.ssh("first")
            #expect(try await first.run("true").status == 0)

            let second = try sample.ssh("second").start("echo second is in")
            try await second.prints("you are number 1 in the queue; there should be room by")
            try await sample.withSecondGateway { try await checkQueue(first, second, other: $0) }
        }

        private func checkQueue(_ first: SSH, _ second: RunningProcess, other: LabgateProcess) async throws {
            let third = try sample.ssh("third", at: other).start("echo third is in")
            try await third.prints("you are number 2 in the queue")
            #expect(try await sample.site.labs().count == 1)

            #expect(try await first.run(":stop").status == 0)
            let child = try await second.end()
            #expect(child.status == 0, "\(child.errors)")
            #expect(child.output == "second is in\n")
            try await third.prints("you are number 1 in the queue")
            #expect(third.isRunning)

            #expect(try await sample.ssh("second").run(":stop").status == 0)
            #expect(try await third.end().output == "third is in\n")
        }

        @Test("A place is kept over a reconnect, and those who come later do not pass")
        func reconnect() async throws {
            try await sample.change {
                for name in ["holder", "patient", "later"] { try await sample.write(student: name) }
            }
            for lab in try await sample.site.labs() { try await sample.site.remove(lab, waits: true) }
            let isEmpty = try await eventually(within: .seconds(30)) { try await sample.site.labs().isEmpty }
            #expect(isEmpty)
            let isIn = try await eventually(within: .seconds(60), every: .seconds(1)) {
                let child = try? await sample.ssh("holder").run("true", within: .seconds(5))
                return child?.status == 0
            }
            #expect(isIn)
            let patient = try sample.ssh("patient").start("true")
            try await patient.prints("you are number 1 in the queue")
            let later = try sample.ssh("later").start("true")
            try await later.prints("you are number 2 in the queue")
            patient.kill()
            let again = try sample.ssh("patient").start("true")
            try await again.prints("you are number 1 in the queue")
            again.kill()
            later.kill()
        }

        @Test("A forwarding whose client goes while it waits is over, and takes no place")
        func forwardingGone() async throws {
            try await sample.change {
                try sample.write(CourseDocument(name: "single", more: ["capacity": "1", "idle": "{holdDown: 0s}"]))
                for name in ["sitter", "browser"] { try await sample.write(student: name, courses: ["single"]) }
            }
            #expect(try await sample.ssh("sitter").run("true").status == 0)
            func browsers(_ message: String) throws -> [JSON] {
                try sample.gateway.logged(message).filter { $0["student"].string == "browser" }
            }
            let browser = try sample.ssh("browser").with("-W", "localhost:80").start(input: .open)
            let waits = try await eventually { try browsers("lab is starting").contains { $0["stage"].string?.contains("you are number 1") == true } }
            #expect(waits)
            browser.kill()
            // Nothing else ends the connection: it waits for what runs on its channels.
            #expect(try await eventually { try browsers("connection closed").count == 1 })
            #expect(try browsers("forwarding refused").isEmpty)
            #expect(try await sample.ssh("sitter").run(":stop").status == 0)
            #expect(try await sample.isGone("sitter", course: "single"))
            try await Task.sleep(for: .seconds(3))
            #expect(try await sample.lab(of: "browser", course: "single") == nil)
        }

        @Test("Forty students who come within eight seconds all get in, in the order in which they came")
        func surge() async throws {
            let (names, capacity) = ((1...40).map { "surge\($0)" }, 8)
            try await sample.change {
                try sample.write(CourseDocument(name: "surge", more: ["capacity": "\(capacity)", "idle": "{holdDown: 0s}"]))
                for name in names { try await sample.write(student: name, courses: ["surge"]) }
            }
            let visitors = Collected<String>()
            try await withThrowingDiscardingTaskGroup { group in
                for (index, name) in names.enumerated() {
                    group.addTask {
                        try await Task.sleep(for: .milliseconds(200 * index))
                        try await visit(name)
                        visitors.add(name)
                    }
                }
                try await watchQueue(of: "surge", capacity: capacity) { visitors.all.count == names.count }
            }
        }

        /// Gets in, and makes room.
        private func visit(_ student: String) async throws {
            let ssh = try sample.ssh(student)
            let child = try await ssh.run("echo in", within: .seconds(200))
            #expect(child.output == "in\n", "\(student): \(child.errors)")
            let stop = try await ssh.run(":stop")
            #expect(stop.status == 0, "\(student): \(stop.errors)")
        }

        /// Looks at the queue again and again. When several places are free, those at its head take theirs in any order:
        /// who is passed by somebody has to have one.
        private func watchQueue(of course: String, capacity: Int, until isOver: () -> Bool) async throws {
            var (before, passed, longest) = ([String](), Set<String>(), 0)
            while !isOver() {
                try await Task.sleep(for: .milliseconds(100))
                let room = try await WaitingRoomView.of(course, in: sample.site)
                let waiting = before.filter(room.queue.contains)
                #expect(Array(room.queue.prefix(waiting.count)) == waiting)
                let last = before.lastIndex { !waiting.contains($0) } ?? 0
                passed = passed.union(before.prefix(last)).intersection(room.queue)
                let entitled = room.queue.prefix(max(0, capacity - room.seatCount))
                #expect(passed.isSubset(of: entitled), "of \(room.queue), with \(room.seatCount) places taken")
                (before, longest) = (room.queue, max(longest, room.queue.count))
            }
            #expect(longest > 1, "nobody had to wait: nothing is shown")
        }
    }
}
