import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import Upstream

extension APIClient {
    /// Sends a request and decodes the answer.
    ///
    /// - Parameters:
    ///   - operation: What is asked, for error messages.
    ///   - path: The path from `/api` or `/apis` on, encoded.
    ///   - query: Keys and values, not encoded.
    ///   - body: Sent as JSON.
    ///   - contentType: The media type of the body, which for a patch tells its kind.
    func send<Response: Decodable>(
        _ method: HTTPMethod, _ path: String, query: [(String, String)] = [], body: JSONValue? = nil,
        contentType: String = "application/json", operation: String, as type: Response.Type = Response.self
    ) async throws(APIError) -> Response {
        let request = try makeRequest(method, path, query: query, body: body, contentType: contentType)
        let response = try await execute(request, operation: operation)
        let bytes: ByteBuffer
        do {
            bytes = try await response.body.collect(upTo: configuration.maximumResponseBytes)
        } catch is NIOTooManyBytesError {
            throw APIError(
                code: .decoding, operation: operation,
                message: "the answer is longer than \(configuration.maximumResponseBytes) bytes")
        } catch {
            throw APIError(transport: error, operation: operation)
        }
        do {
            return try JSONDecoder.kubernetes().decode(Response.self, from: Data(bytes.readableBytesView))
        } catch {
            throw APIError(code: .decoding, operation: operation, message: "the answer can't be read: \(error)")
        }
    }

    /// Puts a request together.
    func makeRequest(
        _ method: HTTPMethod, _ path: String, query: [(String, String)] = [], body: JSONValue? = nil,
        contentType: String = "application/json"
    ) throws(APIError) -> HTTPClientRequest {
        let query = query.map { "\($0.percentEncoded)=\($1.percentEncoded)" }.joined(separator: "&")
        var request = HTTPClientRequest(url: baseURL + path + (query.isEmpty ? "" : "?\(query)"))
        request.method = method
        if let body {
            do {
                request.body = .bytes(ByteBuffer(data: try JSONEncoder().encode(body)))
            } catch {
                throw APIError(code: .decoding, operation: "\(method) \(path)", message: "no valid JSON: \(error)")
            }
            request.headers.add(name: "Content-Type", value: contentType)
        }
        return request
    }
}
