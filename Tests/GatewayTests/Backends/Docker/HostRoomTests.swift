import DockerEngine
import Foundation
import Testing

@testable import Gateway

@Suite("The memory of one host")
struct HostRoomTests {
    private func container(_ name: String, _ byteCount: Int64, status: String = "running") throws -> Container {
        let json = """
            {"Id": "id-\(name)", "Name": "/\(name)", "Created": "2026-11-28T04:59:59.5Z", "Image": "sha256:1",
             "Config": {"Image": "gcc:13", "Labels": {"labgate.dev/memory-request": "\(byteCount)"}},
             "State": {"Status": "\(status)", "Running": \(status == "running"), "OOMKilled": false, "ExitCode": 0,
                "Error": "", "StartedAt": "2026-11-28T05:00:00Z", "FinishedAt": "0001-01-01T00:00:00Z"}}
            """
        return try JSONDecoder().decode(Container.self, from: Data(json.utf8))
    }

    private func code(_ body: () throws(BackendError) -> Void) -> BackendError.Code? {
        do throws(BackendError) {
            try body()
            return nil
        } catch {
            return error.code
        }
    }

    @Test("is promised until it is used up, to labs that run and to those that are being made")
    func promises() throws {
        let room = HostRoom()
        let present = [try container("a", 40), try container("ended", 1000, status: "exited")]
        #expect(code { () throws(BackendError) in try room.promise(40, to: "b", of: 100, besides: present) } == nil)
        #expect(
            code { () throws(BackendError) in try room.promise(21, to: "c", of: 100, besides: present) }
                == .noRoom(passes: true))
        #expect(code { () throws(BackendError) in try room.promise(20, to: "c", of: 100, besides: present) } == nil)
        room.settle("c")
        // What is made shows it by itself, and counts once.
        let later = present + [try container("b", 40)]
        #expect(code { () throws(BackendError) in try room.promise(20, to: "d", of: 100, besides: later) } == nil)
    }

    @Test("is never enough for a lab that requests more than there is")
    func tooLarge() {
        #expect(
            code { () throws(BackendError) in try HostRoom().promise(101, to: "a", of: 100, besides: []) }
                == .noRoom(passes: false))
    }

    @Test("that the dead container of a lab was promised is its next one's")
    func successor() throws {
        let old = [try container("a", 90, status: "created")]
        #expect(code { () throws(BackendError) in try HostRoom().promise(90, to: "a", of: 100, besides: old) } == nil)
    }
}
