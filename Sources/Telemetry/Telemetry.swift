public import Logging

/// How the process reports on itself.
public enum Telemetry {
    /// Makes every logger of the process write in `format` to `output`. To be called once, before the first logger is
    /// made.
    ///
    /// - Parameter level: least important level that is written.
    public static func startLogging(
        format: LogFormat,
        level: Logger.Level = .info,
        output: LogOutput = .standardError
    ) {
        LoggingSystem.bootstrap { label in
            switch format {
            case .json: JSONLogHandler(label: label, level: level, output: output) as any LogHandler
            case .text: TextLogHandler(label: label, level: level, output: output)
            }
        }
    }
}
