import Foundation
import NIOCore
import Testing

@testable import DockerEngine

@Suite("What engines say")
struct EngineTypesTests {
    private func version(_ newest: String, _ oldest: String?) -> EngineVersion {
        EngineVersion(version: "1", apiVersion: newest, minimumAPIVersion: oldest, components: nil)
    }

    @Test("API 1.41 is spoken with whoever does, and the oldest there is with newer engines")
    func apiVersion() throws {
        #expect(try APIVersion.agree(with: version("1.41", "1.24")).description == "1.41")
        #expect(try APIVersion.agree(with: version("1.47", "1.24")).description == "1.41")
        #expect(try APIVersion.agree(with: version("1.52", "1.44")).description == "1.44")
        #expect(try APIVersion.agree(with: version("1.100", nil)).description == "1.41")
        let old = #expect(throws: EngineError.self) { try APIVersion.agree(with: version("1.40", "1.12")) }
        #expect(
            old?.description == "agree on an API version: the engine (1) speaks API 1.40 and no newer; "
                + "install Docker 20.10, Podman 4.3, or a later one")
        #expect(throws: EngineError.self) { try APIVersion.agree(with: version("one", nil)) }
    }

    @Test("Docker's image store of containerd takes limits of storage and forgets them")
    func storageLimits() throws {
        for (driver, mindsLimits) in [("overlay2", true), ("overlay", true), ("overlayfs", false)] {
            let json = """
                {"Driver": "\(driver)", "NCPU": 2, "MemTotal": 1024, "ContainersRunning": 0}
                """
            let info = try JSONDecoder().decode(EngineInfo.self, from: Data(json.utf8))
            #expect(info.mindsStorageLimits == mindsLimits)
        }
    }

    @Test("Points in time are read with any number of digits and any zone, and the year 1 is never")
    func times() {
        let expected = Date(timeIntervalSince1970: 1_732_545_130)
        for (text, fraction) in [
            ("2024-11-25T14:32:10Z", 0), ("2024-11-25T14:32:10.683361456Z", 0.683_361_456),
            ("2024-11-25T15:32:10.5+01:00", 0.5),
        ] {
            #expect(EngineTime.date(text) == expected + fraction, "\(text)")
        }
        #expect(EngineTime.date("0001-01-01T00:00:00Z") == nil)
        #expect(EngineTime.date("yesterday") == nil)
        #expect(EngineTime.date(nil) == nil)
    }

    @Test("A container is read as Docker shows it")
    func container() throws {
        let json = #"""
            {"Id":"ab12","Created":"2024-11-25T14:32:10.1Z","Name":"/lab-edu01","Image":"sha256:cd",
             "Config":{"Image":"gcc:13","Labels":null},
             "State":{"Status":"exited","Running":false,"OOMKilled":true,"ExitCode":137,"Error":"",
                      "StartedAt":"2024-11-25T14:32:10.1Z","FinishedAt":"0001-01-01T00:00:00Z"}}
            """#
        let container = try JSONDecoder().decode(Container.self, from: Data(json.utf8))
        #expect(container.name == "lab-edu01")
        #expect(container.labels.isEmpty)
        #expect(container.state.isOutOfMemory)
        #expect(container.state.exitCode == 137)
        #expect(container.state.startedAt == Date(timeIntervalSince1970: 1_732_545_130) + 0.1)
        #expect(container.state.finishedAt == nil)
    }

    @Test("Execs are no news about their container")
    func events() throws {
        for (action, concerns) in [
            ("start", true), ("died", true), ("exec_create: sh -c true", false), ("exec_die", false), ("exec", false),
        ] {
            let json = #"{"Type":"container","Action":"\#(action)","Actor":{"ID":"ab12","Attributes":{}}}"#
            let event = try JSONDecoder().decode(EngineEvent.self, from: Data(json.utf8))
            #expect(event.concernsContainer == concerns, "\(action)")
        }
    }
}
