import Foundation
import Testing
import Upstream

@testable import DockerEngine

@Suite("The time where a container engine is the cluster")
struct EngineClockTests {
    /// An engine whose answers are of this time.
    private func answer(at date: Date) async throws {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = .gmt
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        let head = "HTTP/1.1 200 OK\r\nDate: \(format.string(from: date))\r\nApi-Version: 1.41\r\n"
        try await FakeEngine.with { _ in
            .init(bytes: head + "Content-Length: 2\r\n\r\nOK")
        } _: { path, _ in
            try await EngineClient.with(socketPath: path) { try await $0.ping() }
        }
    }

    @Test("is that of the engine's answers, and stays when they agree with it")
    func follows() async throws {
        let (real, tolerance) = (Date.now, 10.0)
        for hours in [3.0, -3, 0] {
            try await answer(at: real + 3600 * hours)
            #expect(abs(Date.clusterNow.timeIntervalSince(real + 3600 * hours)) < tolerance)
        }
        let before = ContinuousClock.now
        let time = Date.clusterNow
        try await answer(at: real + 2)
        let passed = Double(before.duration(to: .now) / .milliseconds(1)) / 1000
        #expect(abs(Date.clusterNow.timeIntervalSince(time) - passed) < 0.1, "it was not set")
    }
}
