public import struct Foundation.Date

/// What a container does: it waits, runs or has ended.
public enum ContainerState: Hashable, Sendable {
    /// Not started yet, with the reason, such as `ContainerCreating` or `ImagePullBackOff`.
    case waiting(reason: String?, message: String?)
    /// Started.
    case running
    /// Ended.
    case terminated(Termination)

    /// How a container ended.
    public struct Termination: Hashable, Sendable, Decodable {
        /// The exit code; 128 + signal number if a signal ended it.
        public var exitCode: Int
        /// The signal that ended it, as a number, if the runtime reports it.
        public var signal: Int?
        /// The machine-readable reason, such as `OOMKilled`, `Error` or `Completed`.
        public var reason: String?
        /// The sentence meant for people.
        public var message: String?
        /// When it began to run, to the second; 1970 on some runtimes if it never did.
        public var startedAt: Date?
        /// When it ended, to the second.
        public var finishedAt: Date?

        /// Makes a termination by hand.
        public init(
            exitCode: Int, signal: Int? = nil, reason: String? = nil, message: String? = nil, startedAt: Date? = nil,
            finishedAt: Date? = nil
        ) {
            self.exitCode = exitCode
            self.signal = signal
            self.reason = reason
            self.message = message
            self.startedAt = startedAt
            self.finishedAt = finishedAt
        }
    }
}

extension ContainerState {
    /// The API writes `{}` for a state that it doesn't know, so that decoding may find none.
    struct Optional: Decodable {
        var value: ContainerState?

        private enum CodingKeys: String, CodingKey {
            case waiting, running, terminated
        }

        private struct Waiting: Decodable {
            var reason: String?
            var message: String?
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            if let ended = try container.decodeIfPresent(Termination.self, forKey: .terminated) {
                value = .terminated(ended)
            } else if container.contains(.running) {
                value = .running
            } else if let waiting = try container.decodeIfPresent(Waiting.self, forKey: .waiting) {
                value = .waiting(reason: waiting.reason, message: waiting.message)
            }
        }
    }
}
