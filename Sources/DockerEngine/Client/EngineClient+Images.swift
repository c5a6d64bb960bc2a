import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Upstream

extension EngineClient {
    /// The image of this name.
    ///
    /// - Throws: ``EngineError``; ``EngineError/isNotFound`` if it is not on the host.
    public func image(named name: String) async throws(EngineError) -> Image {
        // Names have slashes, and neither engine takes them encoded.
        let path = name.split(separator: "/", omittingEmptySubsequences: false)
            .map { String($0).percentEncoded }.joined(separator: "/")
        return try await decode(EngineRequest(.GET, "/images/\(path)/json", operation: "inspect image \(name)"))
    }

    /// Gets an image from its registry, or the newest of that name.
    ///
    /// - Parameters:
    ///   - name: With its tag or digest. Without either, `latest` is meant.
    ///   - login: Who asks the registry; nil for nobody in particular.
    ///   - progress: Is told what is going on; must not take long.
    /// - Throws: ``EngineError`` in the registry's words. Both engines say yes first and tell a failure within the
    ///   answer.
    public func pullImage(
        named name: String, login: RegistryLogin? = nil, progress: (PullProgress) -> Void = { _ in }
    ) async throws(EngineError) {
        let operation = "pull image \(name)"
        // Docker gets every tag there is if none is named.
        var request = EngineRequest(
            .POST, "/images/create", query: [("fromImage", name.withTag)], operation: operation,
            timeout: configuration.followSilenceLimit)
        if let login { request.headers.add(name: "X-Registry-Auth", value: try login.header(operation)) }
        try await readLines(of: request) { (line: PullProgress) throws(EngineError) in
            if let error = line.error { throw EngineError(code: .failed, operation: operation, message: error) }
            progress(line)
        }
    }

    /// Hands the lines of an answer that goes on for long to `body`, decoded, until it ends.
    func readLines<Line: Decodable>(
        of request: EngineRequest, _ body: (Line) async throws(EngineError) -> Void
    ) async throws(EngineError) {
        let response = try await follow(request)
        var lines = LineBuffer(maximumLineBytes: configuration.maximumLineBytes)
        do {
            for try await chunk in response.body {
                lines.append(chunk)
                while let line = try lines.next() { try await body(decodeLine(line, request.operation)) }
            }
            // The last line may lack its end.
            if let line = lines.takeRest() { try await body(decodeLine(line, request.operation)) }
        } catch let error as EngineError {
            throw error
        } catch let error as LineBuffer.LineTooLong {
            throw EngineError(
                code: .decoding, operation: request.operation, message: "a line is longer than \(error.limit) bytes")
        } catch {
            throw failure(error, operation: request.operation)
        }
    }

    private func decodeLine<Line: Decodable>(_ line: ByteBuffer, _ operation: String) throws(EngineError) -> Line {
        do {
            return try JSONDecoder().decode(Line.self, from: Data(line.readableBytesView))
        } catch {
            throw EngineError(code: .decoding, operation: operation, message: "a line can't be read: \(error)")
        }
    }
}

extension String {
    /// The image's name with a tag or digest: `latest` if it has neither. A colon before a slash belongs to a port.
    fileprivate var withTag: String {
        let last = split(separator: "/").last ?? ""
        return last.contains(":") || last.contains("@") ? self : "\(self):latest"
    }
}
