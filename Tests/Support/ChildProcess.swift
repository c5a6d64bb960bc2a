public import Foundation

/// A program run to its end, with what it printed.
public struct ChildProcess: Sendable {
    /// The exit status; for a program that a signal has ended, 128 and the signal's number, as shells have it.
    public let status: Int32
    /// Standard output; empty if it went to a file that somebody else named.
    public let outputBytes: Data
    /// Standard error.
    public let errors: String
    /// From its start to the end that was noticed.
    public let duration: Duration

    /// Standard output as text.
    public var output: String { String(decoding: outputBytes, as: UTF8.self) }

    /// Why a program could not be run to its end.
    public struct Failure: Error, CustomStringConvertible {
        /// Those words.
        public let description: String

        /// Makes one, in words.
        public init(description: String) {
            self.description = description
        }
    }

    /// What a program reads.
    public enum Input: Sendable {
        /// Nothing: the end of input at once.
        case none
        /// A file's bytes.
        case file(URL)
        /// This text.
        case text(String)
        /// A pipe that says nothing and stays open; see ``RunningProcess``.
        case open
    }

    /// Starts `command`, found on PATH.
    public static func start(
        _ command: [String], input: Input = .none, output: URL? = nil, environment: [String: String] = [:]
    ) throws -> RunningProcess {
        try RunningProcess(
            command, input: input, output: output,
            environment: ProcessInfo.processInfo.environment.merging(environment) { $1 })
    }

    /// Runs `command` to its end.
    public static func run(
        _ command: [String], input: Input = .none, output: URL? = nil, environment: [String: String] = [:],
        within limit: Duration = .seconds(60)
    ) async throws -> ChildProcess {
        try await start(command, input: input, output: output, environment: environment).end(within: limit)
    }
}
