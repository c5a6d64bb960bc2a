import Foundation
import Testing

@testable import TestSupport

/// `deploy/host`: what it says is what systemd and labgate take. Needs no engine.
@Suite("Deployment on one host")
struct DeploymentTests {
    private static let folder = URL(filePath: #filePath).appending(path: "../../../deploy/host").standardized
    /// Ten times the most that `systemd-analyze security` may find the unit exposed.
    private static let exposureThreshold = 15

    private func text(_ name: String) throws -> String {
        try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
    }

    @Test("The sample configuration and classroom lack nothing but an engine")
    func samples() async throws {
        let place = try TemporaryFolder.make()
        try FileManager.default.copyItem(
            at: Self.folder.appending(path: "classroom"), to: place.appending(path: "classroom"))
        let configuration = try text("labgate.yaml")
        for path in ["/var/lib/labgate/", "/run/docker.sock"] { try #require(configuration.contains(path)) }
        try Data(
            configuration.replacing("/var/lib/labgate/", with: "\(place.path)/")
                .replacing("/run/docker.sock", with: "\(place.path)/engine.sock").utf8
        ).write(to: place.appending(path: "labgate.yaml"))
        let child = try await LabgateProcess.run("check", "--config", place.appending(path: "labgate.yaml").path)
        #expect(child.status != 0)
        #expect(child.output.contains("classroom: 1 courses, 1 students"))
        let lines = child.errors.split(separator: "\n")
        #expect(lines.count == 1, "\(child.errors)")
        #expect(child.errors.contains("there is no socket \(place.path)/engine.sock"), "\(child.errors)")
    }

    @Test("systemd does not kill a gateway whose lab sessions may still go on")
    func drain() throws {
        let drain = try #require(try text("labgate.yaml").firstMatch(of: /drainTimeout: (\d+)m/).flatMap { Int($0.1) })
        let stop = try #require(try text("labgate.service").firstMatch(of: /TimeoutStopSec=(\d+)min/))
        #expect(Int(stop.1) == drain + 1)
    }

    @Test(
        "The unit is such as systemd takes, and exposes little",
        .enabled("systemd-analyze is not on PATH") { await DeploymentTests.has("systemd-analyze", "--version") })
    func unit() async throws {
        let place = try TemporaryFolder.make()
        let unit = place.appending(path: "labgate.service")
        let installed = "/usr/local/bin/labgate"
        try #require(try text("labgate.service").contains("ExecStart=\(installed) "))
        try Data(try text("labgate.service").replacing(installed, with: LabgateProcess.executable).utf8).write(to: unit)
        let verification = try await ChildProcess.run(["systemd-analyze", "verify", unit.path])
        #expect(verification.status == 0)
        // Other units of the host may have their own faults.
        let faults = verification.errors.split(separator: "\n").filter { $0.contains("labgate.service") }
        #expect(faults.isEmpty, "\(verification.errors)")
        let security = try await ChildProcess.run([
            "systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=\(Self.exposureThreshold)",
            unit.path,
        ])
        #expect(security.status == 0, "\(security.output)\(security.errors)")
    }

    @Test("Installing again replaces the executable and the unit, and nothing in /etc/labgate")
    func install() async throws {
        let root = try TemporaryFolder.make()
        let configuration = root.appending(path: "etc/labgate/labgate.yaml")
        let student = root.appending(path: "etc/labgate/classroom/student.yaml")
        try await install("--program", "/bin/false", to: root)
        #expect(try String(contentsOf: configuration, encoding: .utf8) == text("labgate.yaml"))
        #expect(FileManager.default.fileExists(atPath: student.path))

        try Data("listen: \":22\"\n".utf8).write(to: configuration)
        try FileManager.default.removeItem(at: student)
        try await install("--program", "/bin/true", "--prefix", "/opt/labgate", to: root)
        try await install("--program", "/bin/true", to: root)
        #expect(try String(contentsOf: configuration, encoding: .utf8) == "listen: \":22\"\n")
        #expect(!FileManager.default.fileExists(atPath: student.path))
        #expect(
            FileManager.default.contentsEqual(
                atPath: root.appending(path: "usr/local/bin/labgate").path, andPath: "/bin/true"))
        let unit = root.appending(path: "etc/systemd/system/labgate.service")
        #expect(try String(contentsOf: unit, encoding: .utf8) == text("labgate.service"))
    }

    private func install(_ arguments: String..., to root: URL) async throws {
        let child = try await ChildProcess.run(
            [Self.folder.appending(path: "install").path] + arguments, environment: ["DESTDIR": root.path])
        try #require(child.status == 0, "\(child.errors)")
    }

    static func has(_ command: String...) async -> Bool {
        (try? await ChildProcess.run(command).status) == 0
    }
}
