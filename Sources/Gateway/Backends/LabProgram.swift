import Upstream

/// The streams of a program that runs in a lab.
///
/// Output has one reader at a time; whoever waits is resumed on its own executor.
protocol LabProgram: Sendable {
    /// Whether its input can be ended while its output goes on.
    var endsInput: Bool { get }
    /// How it ended; of meaning once all output was taken.
    var end: ProgramEnd { get }
    /// The next piece of output, in the order in which it came, or nil at the end. More is read only as fast as it is
    /// taken. If the task is cancelled, the streams are closed and nil is returned.
    func nextOutput() async -> ProgramOutput?
    /// Sends bytes to its input, as fast as they are taken.
    func write(_ bytes: [UInt8]) async throws
    /// Ends its input, behind all that was written.
    func closeInput() async throws
    /// Tells its terminal's new size, in characters.
    func resize(columns: Int, rows: Int)
    /// Closes the streams; how the program ends is not known then, for this reason.
    func close(reason: String)
}
