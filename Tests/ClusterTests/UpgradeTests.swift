import Foundation
@testable import TestSupport
import Testing

extension ClusterTests {
    /// Replacing labgate's executable on a host, under students who work. In the cluster: ``AirGappedTests``.
    @Suite(.sampleClass)
    struct UpgradeTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        @Test("A new executable in the old one's place: who is in goes on to the end, who comes finds the same lab and time")
        func replaced() async throws {
            // The class's own gateway would be a third.
            try await sample.stop()
            let executable = try TemporaryFolder.make().appending(path: "labgate")
            try install(at: executable)
            let old = try await LabgateProcess.serve(configuration: sample.configuration, executable: executable.path)
            let ssh = try sample.ssh(at: old)
            let working = try ssh.start("echo before >~/work; echo in; read line; cat ~/work; exit 7", input: .open)
            try await working.prints("in\n")
            let begin = try #require(await LedgerView.of("edu01", in: sample.site)?.holdings.map(\.since).min())
            let lab = try await self.lab()

            try install(at: executable)
            // At the same port, as soon as the old one has left it: students know one address.
            try sample.writeConfiguration(listen: "127.0.0.1:\(old.port)")
            old.drain()
            let new = try await successor(of: old, executable: executable.path)
            let login = try await ssh.run("cat ~/work; echo after >>~/work; sleep 3")
            #expect(login.output == "before\n", "\(login.errors)")
            #expect(try await self.lab() == lab)

            #expect(old.isRunning)
            try working.type("go on\n")
            let child = try await working.end()
            #expect(child.output == "in\nbefore\nafter\n", "\(child.errors)")
            #expect(child.status == 7)
            let end = Date.now
            #expect(try await old.running.end(within: .seconds(10)).status == 0)
            LabgateJanitor.leave(old.running.processID)
            try await checkTime(.seconds(end.timeIntervalSince(begin)))
            try await new.stop()
            try sample.writeConfiguration()
            try await sample.start()
        }

        @Test("The ledger of a newer version is not written over: its student has to wait for the upgrade, others get in")
        func newerRecord() async throws {
            #expect(try await sample.ssh("edu02").run("true").status == 0)
            let ledger = try await closedLedger("edu02")
            let newer = #"{"version":99,"holdings":"in other words"}"#
            try await write(newer, to: ledger)
            let child = try await sample.ssh("edu02").run("true")
            #expect(child.status == 254)
            #expect(child.errors.contains("It cannot be found out whether you have a lab"), "\(child.errors)")
            #expect(child.errors.contains("Please tell your course staff"), "\(child.errors)")
            #expect(try await sample.ssh("edu01").run("echo in").output == "in\n")
            #expect(try await LedgerView.of("edu02", in: sample.site)?.text == newer)
            try await write(ledger.text, to: ledger)
            #expect(try await sample.ssh("edu02").run("echo in").output == "in\n")
        }

        private func write(_ text: String, to ledger: LedgerView) async throws {
            try await sample.namespace.kubectl(
                "annotate", "lease", ledger.object, "--overwrite", "labgate.dev/ledger=\(text)")
        }

        /// Puts a copy of labgate at a path as package managers do: a new file under the old name.
        private func install(at url: URL) throws {
            let partial = url.appendingPathExtension("new")
            try FileManager.default.copyItem(atPath: LabgateProcess.executable, toPath: partial.path)
            try #require(rename(partial.path, url.path) == 0)
        }

        /// Starts the next gateway once the old one, which drains, has left its port.
        private func successor(of old: LabgateProcess, executable: String) async throws -> LabgateProcess {
            let isFree = try await eventually(within: .seconds(10), every: .milliseconds(50)) {
                try await sample.ssh(at: old).run("true").status == 255
            }
            #expect(isFree)
            return try await LabgateProcess.serve(configuration: sample.configuration, executable: executable)
        }

        private func lab() async throws -> String {
            try #require(await sample.namespace.pod(of: "edu01")?["metadata"]["uid"].string)
        }

        /// The time of both gateways is one time, counted once.
        private func checkTime(_ span: Duration) async throws {
            let time = try #require(await closedLedger("edu01").connectedTime["c"])
            #expect((span - .seconds(1)...span + .seconds(1)).contains(time), "\(time) of \(span)")
        }

        /// A student's ledger when no connection is open any more.
        private func closedLedger(_ student: String) async throws -> LedgerView {
            var ledger: LedgerView?
            let isClosed = try await eventually(within: .seconds(10), every: .milliseconds(200)) {
                ledger = try await LedgerView.of(student, in: sample.site)
                return ledger?.holdings.allSatisfy { $0.kind == "lab" } == true
            }
            #expect(isClosed, "\(String(describing: ledger))")
            return try #require(ledger)
        }
    }
}
