import Kubernetes
import Testing

@testable import Gateway

@Suite("What a failure says about what was asked for")
struct BackendErrorTests {
    @Test("An answer of the API server's own that refuses is certain", arguments: [400, 403, 404, 422])
    func refused(status: Int) {
        #expect(BackendError(APIError(code: .http(status), operation: "create pods", message: "no")).isCertain)
    }

    @Test(
        "A lost answer, one that cannot be read, a login that has gone, and what may pass leave it open",
        arguments: [.http(429), .http(500), .http(504), .transport, .timeout, .decoding, .cancelled]
            as [APIError.Code])
    func open(code: APIError.Code) {
        #expect(!BackendError(APIError(code: code, operation: "create pods", message: "no")).isCertain)
    }
}
