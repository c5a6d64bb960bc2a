import DockerEngine
import Foundation
import Testing

@testable import Gateway

@Suite("What a container says about the lab that it is")
struct LabOfContainerTests {
    /// As an engine shows it.
    static func container(
        status: String, running: Bool = false, exitCode: Int = 0, isOutOfMemory: Bool = false,
        started: String = "2026-11-28T05:00:00Z", finished: String = "0001-01-01T00:00:00Z"
    ) throws -> Container {
        let json = """
            {"Id": "c0ffee", "Name": "/lab-edu01", "Created": "2026-11-28T04:59:59.5Z", "Image": "sha256:1",
             "Config": {"Image": "gcc:13", "Labels": {
                "app.kubernetes.io/managed-by": "labgate", "labgate.dev/student": "edu01",
                "labgate.dev/course": "c", "labgate.dev/spec-hash": "abc"}},
             "State": {"Status": "\(status)", "Running": \(running), "OOMKilled": \(isOutOfMemory),
                "ExitCode": \(exitCode), "Error": "", "StartedAt": "\(started)", "FinishedAt": "\(finished)"}}
            """
        return try JSONDecoder().decode(Container.self, from: Data(json.utf8))
    }

    static let never = "0001-01-01T00:00:00Z"

    private func note(_ note: ContainerNote) -> StoredRecord {
        StoredRecord(key: ContainerNote.key("c0ffee"), text: note.text, version: "7")
    }

    @Test("whose it is, and from which version of the course")
    func identity() throws {
        let lab = Lab(try Self.container(status: "running", running: true), nil, nil)
        #expect((lab.name, lab.uid) == ("lab-edu01", "c0ffee"))
        #expect((lab.student, lab.course, lab.specHash) == ("edu01", "c", "abc"))
        #expect(lab.created == Date(timeIntervalSince1970: 1_795_841_999.5))
        #expect(lab.state == .ready)
        #expect(lab.hasStarted)
        #expect(lab.runEnd == nil)
        #expect(lab.ending == nil)
    }

    @Test("one that is being made is starting; one that was made and never started is in the way")
    func created() throws {
        let created = try Self.container(status: "created", started: Self.never)
        #expect(Lab(created, nil, .starting).state == .starting(.starting))
        #expect(Lab(created, nil, nil).state == .ended)
        #expect(!Lab(created, nil, nil).hasStarted)
        let running = try Self.container(status: "running", running: true)
        #expect(Lab(running, nil, .starting).state == .starting(.mounting(nil)))
    }

    @Test("one that was started, and that nobody finishes any more, is to be made anew")
    func unfinished() throws {
        let running = try Self.container(status: "running", running: true)
        var unfinished = ContainerNote()
        unfinished.isUnfinished = true
        #expect(Lab(running, note(unfinished), .starting).state == .starting(.mounting(nil)))
        #expect(Lab(running, note(unfinished), nil).state == .ended)
        #expect(Lab(running, note(ContainerNote()), nil).state == .ready)
    }

    @Test("one that has ended is to be made anew; one that has failed at once, would again")
    func ended() throws {
        let finished = "2026-11-28T05:30:00Z"
        for status in ["exited", "stopped"] {
            #expect(Lab(try Self.container(status: status, finished: finished), nil, nil).state == .ended)
        }
        let crashed = try Self.container(status: "exited", exitCode: 127, finished: "2026-11-28T05:00:01Z")
        guard case .doomed(let error) = Lab(crashed, nil, nil).state else {
            Issue.record("it is not doomed")
            return
        }
        #expect(error.cause.contains("127"))
        // Ended by a host that shut down right after.
        let killed = try Self.container(status: "exited", exitCode: 137, finished: "2026-11-28T05:00:01Z")
        #expect(Lab(killed, nil, nil).state == .ended)
    }

    @Test("whether it ran out of memory")
    func memory() throws {
        let container = try Self.container(
            status: "exited", exitCode: 137, isOutOfMemory: true, finished: "2026-11-28T05:30:00Z")
        #expect(Lab(container, nil, nil).runEnd == .outOfMemory)
        // Something in it was ended for want of memory; the lab goes on.
        let running = try Self.container(status: "running", running: true, isOutOfMemory: true)
        #expect(Lab(running, nil, nil).runEnd == nil)
        #expect(Lab(running, nil, nil).state == .ready)
    }

    @Test("that it is being deleted, by this gateway or by somebody else")
    func terminating() throws {
        let running = try Self.container(status: "running", running: true)
        let due = Date(timeIntervalSince1970: 1_800_000_000)
        let lab = Lab(running, nil, .ending(due: due))
        #expect(lab.state == .terminating)
        #expect(lab.ending == LabEnding(due: due, isNodeLost: false))
        #expect(Lab(try Self.container(status: "removing"), nil, nil).isTerminating)
        #expect(Lab(try Self.container(status: "stopping"), nil, nil).state == .terminating)
    }

    @Test("what gateways have written on it")
    func notes() throws {
        let running = try Self.container(status: "running", running: true)
        let time = Date(timeIntervalSince1970: 1_800_000_000)
        let marked = ContainerNote().with(.marks([.work: time]))
        #expect(Lab(running, note(marked), nil).marks.work == time)
        #expect(Lab(running, note(marked), nil).marks.interaction == nil)
        #expect(Lab(running, note(marked), nil).state == .ready)
        #expect(Lab(running, note(marked), nil).version != Lab(running, nil, nil).version)

        let stopped = marked.with(.stop(StopNote(reason: "nobody uses it", holdDown: nil)))
        let lab = Lab(running, note(stopped), nil)
        #expect(lab.stopReason == "nobody uses it")
        #expect(lab.state == .terminating)
        #expect(lab.marks.work == time)
    }

    @Test("a note that cannot be read is told as damaged marks")
    func unreadable() throws {
        let running = try Self.container(status: "running", running: true)
        let record = StoredRecord(key: ContainerNote.key("c0ffee"), text: "{\"interaction\": true}", version: "1")
        #expect(Lab(running, record, nil).marks.damaged(at: .now) == Set(ActivityMark.allCases))
    }
}
