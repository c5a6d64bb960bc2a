/// The API's `Status` object: how an operation ended, in the API server's own words.
///
/// It is the body of every refused REST request and the last message of an exec stream (channel 3).
public struct Status: Hashable, Sendable {
    /// `Success` or `Failure`.
    public var status: String?
    /// The sentence meant for people.
    public var message: String?
    /// The machine-readable reason, such as `NotFound` or `NonZeroExitCode`.
    public var reason: String?
    /// The HTTP status code that goes with it.
    public var code: Int?
    /// Further causes, such as the exit code of a command.
    public var causes: [StatusCause]
    /// How long the server asks the client to wait before it tries again.
    public var retryAfterSeconds: Int?

    /// Makes a status by hand.
    public init(
        status: String? = nil, message: String? = nil, reason: String? = nil, code: Int? = nil,
        causes: [StatusCause] = [], retryAfterSeconds: Int? = nil
    ) {
        self.status = status
        self.message = message
        self.reason = reason
        self.code = code
        self.causes = causes
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// True only if the server said `Success`.
    public var isSuccess: Bool { status == "Success" }

    /// The exit code of a command, if this status tells of one (reason `NonZeroExitCode` with cause `ExitCode`).
    public var exitCode: Int? {
        guard reason == "NonZeroExitCode" else { return nil }
        return causes.first { $0.reason == "ExitCode" }?.message.flatMap { Int($0) }
    }
}

extension Status: Decodable {
    private enum CodingKeys: String, CodingKey {
        case kind, status, message, reason, code, details
    }

    private struct Details: Decodable {
        var causes: [StatusCause]?
        var retryAfterSeconds: Int?
    }

    /// Decodes a status; all fields are optional, but an object of another kind is refused.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        // The exec stream's status carries no kind, a REST answer's does.
        let kind = try container.decodeIfPresent(String.self, forKey: .kind)
        guard kind == nil || kind == "Status" else {
            throw DecodingError.dataCorruptedError(forKey: .kind, in: container, debugDescription: "not a Status")
        }
        status = try container.decodeIfPresent(String.self, forKey: .status)
        message = try container.decodeIfPresent(String.self, forKey: .message)
        reason = try container.decodeIfPresent(String.self, forKey: .reason)
        code = try container.decodeIfPresent(Int.self, forKey: .code)
        let details = try container.decodeIfPresent(Details.self, forKey: .details)
        causes = details?.causes ?? []
        retryAfterSeconds = details?.retryAfterSeconds
    }
}
