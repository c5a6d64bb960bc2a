/// What the client measures of its requests.
public enum APIMetric: String, CaseIterable, Sendable {
    case requests = "labgate_api_requests_total"
    case requestSeconds = "labgate_api_request_seconds"
    case watchRestarts = "labgate_api_watch_restarts_total"

    /// The labels of each series.
    public var labels: [String] {
        switch self {
        case .requests: ["code", "resource", "verb"]
        case .requestSeconds: ["resource", "verb"]
        case .watchRestarts: ["cause", "resource"]
        }
    }

    /// What it means, in a sentence.
    public var help: String {
        switch self {
        case .requests:
            "Requests to the API server; code is the HTTP status, or why there is none (transport, timeout, cancelled, …)."
        case .requestSeconds:
            "Time from a request to the API server to the head of its answer; of a stream, until it is open."
        case .watchRestarts:
            "Watches that were begun anew; cause is end if the API server had ended them in order, or error."
        }
    }
}
