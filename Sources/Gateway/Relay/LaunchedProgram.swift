import Upstream

/// A program that the launcher has started: the launcher's line, and what came with it.
struct LaunchedProgram: Sendable {
    let launch: Launch
    /// Output that came with the line.
    var firstOutput: [UInt8]
    var endNotice: EndNotice?

    /// The launcher says its line within this time, or the lab is not usable.
    private static let timeout: Duration = .seconds(30)

    /// Waits for the launcher's line; nil if the stream ended first.
    ///
    /// - Parameter standardError: what comes there meanwhile: a short program's end may overtake the line.
    /// - Throws: `LabSessionFailure`.
    static func started(
        on exec: any LabProgram, endNotice: EndNotice?, standardError: @escaping @Sendable ([UInt8]) async -> Void
    ) async throws -> LaunchedProgram? {
        try await withThrowingTaskGroup(of: LaunchedProgram?.self) { group in
            group.addTask { await read(exec, endNotice, standardError) }
            group.addTask {
                try await Task.sleep(for: timeout)
                throw LabSessionFailure.lost("the lab does not answer")
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    private static func read(
        _ exec: any LabProgram, _ endNotice: EndNotice?, _ standardError: ([UInt8]) async -> Void
    ) async -> LaunchedProgram? {
        var (head, endNotice) = ([UInt8](), endNotice)
        while let output = await exec.nextOutput() {
            switch output {
            case .stderr(let bytes):
                await standardError(endNotice?.take(bytes) ?? bytes)
            case .stdout(let bytes):
                head += bytes
                switch Launch.parse(head) {
                case .complete(let launch, let rest):
                    return LaunchedProgram(launch: launch, firstOutput: rest, endNotice: endNotice)
                case .incomplete: continue
                case .foreign: return nil
                }
            }
        }
        return nil
    }
}
