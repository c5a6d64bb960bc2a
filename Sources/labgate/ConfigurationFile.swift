import ArgumentParser
import Classroom

/// The option that names the configuration, for every command that needs one.
struct ConfigurationFile: ParsableArguments {
    @Option(name: .customLong("config"), help: "The configuration, a YAML file.", completion: .file())
    var path: String

    /// The settings in the file; warnings are given to `warn`.
    ///
    /// - Throws: `ExitCode.failure`, after every problem was printed with its file, line and key.
    func load(warn: (Problem) -> Void = { printError("\($0)") }) throws -> Settings {
        do throws(ClassroomError) {
            let (settings, warnings) = try Settings.load(path)
            for warning in warnings { warn(warning) }
            return settings
        } catch {
            printError(error)
            throw ExitCode.failure
        }
    }
}
