import NIOCore
import NIOHTTP1
import Upstream

extension EngineClient {
    /// Runs a program in a container and hands its streams to `body`; the connection is closed when `body` returns or
    /// throws. Closing it does not end the program: neither engine has a way to do so.
    ///
    /// A program that can't be run is no error here: see ``EngineExecResult/exited(code:)``.
    /// - Throws: ``EngineError`` if the exec was refused or the connection failed before `body` was called
    ///   (``EngineError/isNotFound`` without the container, ``EngineError/isWrongState`` if it does not run), else what
    ///   `body` throws.
    public func withExec<Value>(
        _ exec: EngineExec, _ body: (EngineExecStream) async throws -> Value
    ) async throws -> Value {
        let stream = try await openExec(exec)
        defer { stream.close() }
        return try await body(stream)
    }

    private struct CreatedExec: Decodable {
        var Id: String
    }

    private func openExec(_ exec: EngineExec) async throws(EngineError) -> EngineExecStream {
        let create = EngineRequest(
            .POST, "/containers/\(exec.container.percentEncoded)/exec", operation: exec.operation)
        let id = try await decode(try create.with(exec), as: CreatedExec.self).Id
        let target = "/v\(try await apiVersion())/exec/\(id)/start"
        let resize = EngineRequest(.POST, "/exec/\(id)/resize", operation: exec.operation)
        let resizeURL = exec.tty ? try await url(resize) : nil
        let connection = try await start(exec, at: target)
        let resizer = ExecResizer(
            client: requests, url: resizeURL, attempts: configuration.exec.resizeAttempts,
            eventLoop: connection.eventLoop)
        return EngineExecStream(
            connection, inspector: ExecInspector(client: self, id: id, operation: exec.operation), resizer: resizer,
            inputPieceBytes: configuration.exec.inputPieceBytes)
    }

    /// A start without an answer is not one to be tried again: the program may run.
    private func start(
        _ exec: EngineExec, at target: String
    ) async throws(EngineError) -> SwitchedStream<HijackedChannelHandler> {
        do throws(EngineError) {
            return try await dialer.open(target: target, tty: exec.tty, operation: exec.operation)
        } catch {
            guard [.transport, .timeout].contains(error.code) else { throw error }
            throw EngineError(
                code: .failed, operation: error.operation,
                message: "\(error.message); whether the program was started is not known")
        }
    }
}
