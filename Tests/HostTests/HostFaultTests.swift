import DockerEngine
import Foundation
import Testing

@testable import TestSupport

extension HostTests {
    @Suite("Faults on one host")
    struct HostFaultTests {
        @Test("A gateway that is killed loses no lab, no stop and no usage; a second one is refused meanwhile")
        func kill() async throws {
            try await SampleClass.onHost { sample in
                #expect(try await sample.ssh().run("echo mine > file").status == 0)
                #expect(try await sample.ssh("edu02").run("true").status == 0)
                let lab = try await sample.presentLab()
                #expect(try await sample.ssh("edu02").run(":stop").status == 0)
                _ = try await sample.container(of: "edu02")

                let second = try await LabgateProcess.run("serve", "--config", sample.configuration.path)
                #expect(second.status != 0)
                #expect(second.errors.contains("another labgate uses it"))

                try await sample.gateway.kill()
                try await sample.start()
                #expect(try await sample.ssh().run("cat file").output == "mine\n")
                #expect(try await sample.presentLab().uid == lab.uid)
                #expect(try await sample.ssh("edu02").run("true").errors.contains("you have stopped it"))
                #expect(try await eventually { try await sample.container(of: "edu02") == nil })
                let usage = try await ChildProcess.run(
                    ["python3", "-c", Self.usage, sample.host.database.path])
                #expect(Int(usage.output.trimmingCharacters(in: .newlines)) ?? 0 > 0, "\(usage.errors)")
            }
        }

        /// Milliseconds of connected time that are in edu01's ledger.
        private static let usage = """
            import json, sqlite3, sys
            row = sqlite3.connect(sys.argv[1]).execute(
                "SELECT text FROM record WHERE kind = 'ledger' AND owner = 'edu01'").fetchone()
            print(json.loads(row[0])["tallies"]["c"]["connectedTime"]["total"])
            """

        @Test(
            "While the engine is away logins wait for it, and get in when it is back",
            .enabled(if: HostSite.command != nil, "LABGATE_TEST_ENGINE_COMMAND is not set"))
        func engine() async throws {
            try await SampleClass.onHost { sample in
                #expect(try await sample.ssh().run("echo mine > file").status == 0)
                let lab = try await sample.presentLab()
                let running = try sample.ssh().start("echo in; exec sleep 7005")
                try await running.prints("in\n")
                try await sample.host.engine("kill")
                let (waiting, starting) = (try sample.ssh().start("cat file"), try sample.ssh("edu02").start("echo new"))
                try await Task.sleep(for: .seconds(1))
                try await sample.host.engine("start")
                let (old, new) = (
                    try await waiting.end(within: .seconds(40)), try await starting.end(within: .seconds(40))
                )
                #expect(old.output == "mine\n", "\(old.errors)")
                #expect(new.output == "new\n", "\(new.errors)")
                #expect(try await sample.presentLab().uid == lab.uid)
                _ = try await sample.presentLab(of: "edu02")
                #expect(try await running.end().status == 254)
                // Whose session was lost is not left to itself.
                let isHungUp = try await eventually(within: .seconds(30), every: .milliseconds(300)) {
                    try await sample.ssh().run("cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -c '[s]leep 7005'").output
                        == "0\n"
                }
                #expect(isHungUp)
            }
        }

        @Test("Another labgate with the same engine has labs and homes of its own, and each leaves the other's alone")
        func neighbours() async throws {
            let project = "\(HostSite.project)-neighbour"
            try await SampleClass.onHost { sample in
                #expect(try await sample.ssh().run("echo mine > file").status == 0)
                let lab = try await sample.presentLab()
                try sample.writeConfiguration(
                    site: sample.host.settings(project: project), extra: SampleClass.briskLifeCycle)
                let neighbour = try await LabgateProcess.serve(configuration: sample.configuration)
                let login = try await sample.ssh("edu01", at: neighbour).run("test -e file; echo $?")
                #expect(login.output == "1\n", "\(login.errors)")
                // Both look at all labs every second, and remove what is nobody's.
                try await Task.sleep(for: .seconds(4))
                let labs = try await sample.host.client.containers(labels: ["labgate.dev/student": "edu01"])
                #expect(labs.count == 2)
                #expect(try await sample.presentLab().uid == lab.uid)
                #expect(try await sample.ssh("edu01", at: neighbour).run(":stop").status == 0)
                #expect(
                    try await eventually {
                        try await sample.host.client.containers(labels: ["labgate.dev/project": project]).isEmpty
                    })
                try await neighbour.stop()
                #expect(try await sample.ssh().run("cat file").output == "mine\n")
            }
        }

        @Test("A check tells the engine, and what this host or a course lacks")
        func check() async throws {
            try await SampleClass.onHost { sample in
                let good = try await LabgateProcess.run("check", "--config", sample.configuration.path)
                #expect(good.status == 0, "\(good.errors)")
                #expect(good.output.contains("docker: "))
                let template = "{spec: {runtimeClassName: gvisor, nodeSelector: {a: b}}}"
                try sample.write(CourseDocument(shared: "hostPath: /srv/not-there", podTemplate: template))
                let bad = try await LabgateProcess.run("check", "--config", sample.configuration.path)
                #expect(bad.status != 0)
                #expect(bad.errors.contains("podTemplate asks for runtimeClassName"))
                #expect(bad.errors.contains("nodeSelector mean nothing on one host"))
                #expect(bad.errors.contains("the shared folder /srv/not-there is not on this host"))
            }
        }
    }
}
