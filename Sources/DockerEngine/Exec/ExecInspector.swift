import NIOHTTP1

/// Finds out how a program ended whose output has.
struct ExecInspector: Sendable {
    let client: EngineClient
    /// The exec's id.
    let id: String
    /// What was asked, for error messages.
    let operation: String

    /// How often the engine is asked while it does not know of the end yet: soon, then less and less.
    private static let firstPause: Duration = .milliseconds(2)
    private static let longestPause: Duration = .milliseconds(200)

    /// The exit code, as the engine says it; waits for it as long as the configuration permits.
    ///
    /// The output's end and the program's come to the engine by different ways, so for a moment the program seems to
    /// run on.
    func result() async -> EngineExecResult {
        let deadline = ContinuousClock.now + client.configuration.exec.exitTimeout
        var pause = Self.firstPause
        while true {
            do throws(EngineError) {
                let inspection = try await inspection()
                if !inspection.isRunning {
                    guard let code = inspection.exitCode, code >= 0 else {
                        return .failed(failure("the engine does not know the program's exit code"))
                    }
                    return .exited(code: code)
                }
            } catch {
                return Self.result(of: error)
            }
            guard ContinuousClock.now < deadline else {
                return .lost("the program has closed its output, or its connection was cut, and it still runs")
            }
            guard (try? await Task.sleep(for: pause)) != nil else { return .lost("cancelled") }
            pause = min(pause * 2, Self.longestPause)
        }
    }

    /// The engine's words as an error of this exec.
    func failure(_ words: String) -> EngineError {
        EngineError(code: .failed, operation: operation, message: words)
    }

    private func inspection() async throws(EngineError) -> ExecInspection {
        try await client.decode(EngineRequest(.GET, "/exec/\(id)/json", operation: operation))
    }

    /// Neither an engine that has gone nor one that has forgotten the exec knows how it ended.
    private static func result(of error: EngineError) -> EngineExecResult {
        if error.isNotFound {
            return .lost("the container has ended or was removed, and the program with it: \(error.message)")
        }
        if case .http = error.code { return .failed(error) }
        return .lost("the engine has gone before it told how the program ended: \(error.message)")
    }
}
