public import struct Foundation.Date

/// What a container is doing.
public struct ContainerState: Hashable, Sendable {
    /// `created`, `running`, `paused`, `restarting`, `removing`, `exited`, `dead`; Podman has others in passing
    /// (`initialized`, `stopping`, `stopped`).
    public var status: String
    /// True if its first process runs.
    public var isRunning: Bool
    /// True if the kernel has ended it, or something in it, for want of memory.
    public var isOutOfMemory: Bool
    /// How its first process ended; 0 while it has not.
    public var exitCode: Int
    /// Why it could not be started, if the engine says so.
    public var error: String
    /// When it was started last.
    public var startedAt: Date?
    /// When it ended last.
    public var finishedAt: Date?
}

extension ContainerState: Decodable {
    private enum CodingKeys: String, CodingKey {
        case status = "Status"
        case isRunning = "Running"
        case isOutOfMemory = "OOMKilled"
        case exitCode = "ExitCode"
        case error = "Error"
        case startedAt = "StartedAt"
        case finishedAt = "FinishedAt"
    }

    /// Reads `State` of an inspection.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        status = try container.decode(String.self, forKey: .status)
        isRunning = try container.decode(Bool.self, forKey: .isRunning)
        isOutOfMemory = try container.decodeIfPresent(Bool.self, forKey: .isOutOfMemory) ?? false
        exitCode = try container.decodeIfPresent(Int.self, forKey: .exitCode) ?? 0
        error = try container.decodeIfPresent(String.self, forKey: .error) ?? ""
        startedAt = EngineTime.date(try container.decodeIfPresent(String.self, forKey: .startedAt))
        finishedAt = EngineTime.date(try container.decodeIfPresent(String.self, forKey: .finishedAt))
    }
}
