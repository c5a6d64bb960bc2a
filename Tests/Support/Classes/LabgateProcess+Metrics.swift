import Foundation
import Testing

extension LabgateProcess {
    /// What an HTTP server has answered.
    struct Answer {
        let status: Int
        let text: String
    }

    /// Where the gateway serves metrics and health, if its configuration says that it should.
    var metricsAddress: String {
        get throws { try #require(logged("listening for metrics").first?["address"].string) }
    }

    /// Asks for a path of that.
    func get(_ path: String) async throws -> Answer {
        let child = try await ChildProcess.run(
            ["curl", "--silent", "--show-error", "--max-time", "20", "--write-out", "\n%{http_code}"]
                + ["http://\(try metricsAddress)\(path)"])
        try #require(child.status == 0, "curl: \(child.errors)")
        let end = try #require(child.output.lastIndex(of: "\n"))
        return Answer(status: Int(child.output[child.output.index(after: end)...]) ?? 0, text: String(child.output[..<end]))
    }

    /// All metrics as they are now.
    func scrape() async throws -> Scrape { Scrape(text: try await get("/metrics").text) }
}
