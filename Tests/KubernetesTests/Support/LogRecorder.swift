import Logging
import Synchronization

/// Keeps what is logged.
final class LogRecorder: Sendable {
    private let lines = Mutex<[String]>([])

    /// The messages so far, without metadata.
    var messages: [String] { lines.withLock { $0 } }

    /// A logger that is recorded here.
    var logger: Logger { Logger(label: "test") { _ in Handler(recorder: self) } }

    private struct Handler: LogHandler {
        var recorder: LogRecorder
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            recorder.lines.withLock { $0.append(event.message.description) }
        }
    }
}
