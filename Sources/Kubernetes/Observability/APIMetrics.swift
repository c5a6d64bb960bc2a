import CoreMetrics

/// Counts requests to the API server.
struct APIMetrics: Sendable {
    private let factory: any MetricsFactory

    init(factory: any MetricsFactory = MetricsSystem.factory) {
        self.factory = factory
    }

    /// Runs a request and counts it, with its time.
    ///
    /// - Parameters:
    ///   - operation: as in errors; its first words are the verb and the resource.
    ///   - code: the HTTP status of a good answer.
    /// - Throws: what `request` throws.
    func measure<Answer>(
        _ operation: String, code: (Answer) -> Int, _ request: () async throws(APIError) -> Answer
    ) async throws(APIError) -> Answer {
        let start = ContinuousClock.now
        do throws(APIError) {
            let answer = try await request()
            note(operation, code: "\(code(answer))", start)
            return answer
        } catch {
            note(operation, code: error.code.label, start)
            throw error
        }
    }

    /// A watch on this resource is begun anew.
    func watchRestarted(_ resource: String, isError: Bool) {
        Counter(
            label: APIMetric.watchRestarts.rawValue,
            dimensions: [("resource", resource), ("cause", isError ? "error" : "end")], factory: factory
        ).increment()
    }

    private func note(_ operation: String, code: String, _ start: ContinuousClock.Instant) {
        let (verb, resource) = Self.words(operation)
        let kind = [("verb", verb), ("resource", resource)]
        Counter(label: APIMetric.requests.rawValue, dimensions: kind + [("code", code)], factory: factory).increment()
        let (seconds, attoseconds) = start.duration(to: .now).components
        Timer(label: APIMetric.requestSeconds.rawValue, dimensions: kind, factory: factory)
            .recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    /// `get pods lab/edu01` is about pods; what has no resource by name, such as `get /version`, about its path. Streams
    /// are their pods' subresources: `exec lab/edu01`.
    static func words(_ operation: String) -> (verb: String, resource: String) {
        let words = operation.split(separator: " ", maxSplits: 2).map(String.init)
        let verb = words.first ?? ""
        if verb == "exec" || verb == "port-forward" { return (verb, "pods") }
        return (verb, words.count > 1 ? words[1] : "")
    }
}

extension APIError.Code {
    /// As a label: the HTTP status, or a word.
    fileprivate var label: String {
        switch self {
        case .http(let status): "\(status)"
        case .subprotocolRefused: "subprotocol_refused"
        case .transport: "transport"
        case .timeout: "timeout"
        case .decoding: "decoding"
        case .credentials: "credentials"
        case .cancelled: "cancelled"
        }
    }
}
