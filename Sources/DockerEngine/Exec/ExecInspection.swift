/// What the engine knows of an exec (`GET /exec/{id}/json`).
struct ExecInspection: Hashable, Decodable {
    /// True while the program runs, as far as the engine knows.
    var isRunning: Bool
    /// How it ended; while it runs, null in Docker and 0 in Podman.
    var exitCode: Int?

    private enum CodingKeys: String, CodingKey {
        case isRunning = "Running"
        case exitCode = "ExitCode"
    }
}
