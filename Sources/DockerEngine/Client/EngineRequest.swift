import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import Upstream

/// One request to the engine.
struct EngineRequest {
    var method: HTTPMethod
    /// Path and query, encoded, from behind the API version on.
    var target: String
    /// What is asked, for error messages: such as `start container lab-edu01`.
    var operation: String
    /// False for the few paths that have no API version.
    var isVersioned = true
    var headers = EngineRequest.commonHeaders
    var body: ByteBuffer?
    /// How long the answer's head may take, if not as long as usual.
    var timeout: Duration?

    /// A socket has no host name, but HTTP/1.1 asks for one and engines for a header of that name.
    static let commonHeaders: HTTPHeaders = ["Host": "engine", "User-Agent": UserAgent.value]

    /// - Parameters:
    ///   - path: Encoded.
    ///   - query: Keys and values, not encoded.
    init(
        _ method: HTTPMethod, _ path: String, query: [(String, String)] = [], operation: String,
        isVersioned: Bool = true, timeout: Duration? = nil
    ) {
        let query = query.map { "\($0.percentEncoded)=\($1.percentEncoded)" }.joined(separator: "&")
        self.method = method
        self.operation = operation
        self.isVersioned = isVersioned
        self.timeout = timeout
        target = path + (query.isEmpty ? "" : "?\(query)")
    }

    /// The request with this body, as JSON.
    func with(_ body: some Encodable) throws(EngineError) -> EngineRequest {
        var request = self
        do {
            request.body = ByteBuffer(data: try JSONEncoder().encode(body))
        } catch {
            throw EngineError(code: .decoding, operation: operation, message: "no valid JSON: \(error)")
        }
        request.headers.replaceOrAdd(name: "Content-Type", value: "application/json")
        return request
    }
}

extension EngineClient {
    /// Sends a request and decodes the answer.
    func decode<Response: Decodable>(
        _ request: EngineRequest, as type: Response.Type = Response.self
    ) async throws(EngineError) -> Response {
        let body = try await answer(to: request)
        do {
            return try JSONDecoder().decode(Response.self, from: Data(body.readableBytesView))
        } catch {
            throw EngineError(
                code: .decoding, operation: request.operation, message: "the answer can't be read: \(error)")
        }
    }
}
