import Foundation
@testable import TestSupport

/// The wall clock as one program sees it, which a test can set. The program's monotonic clocks, and with them its timers,
/// are those of the machine.
struct WallClock {
    private let file: URL
    /// `wall_clock.c`, which stands between the program and the kernel.
    private let library: URL

    /// A clock that is right at first.
    init() async throws {
        let folder = try TemporaryFolder.make()
        file = folder.appending(path: "seconds")
        library = folder.appending(path: "wall_clock.so")
        let source = URL(filePath: #filePath).appending(path: "../../Scripts/wall_clock.c").standardized
        let child = try await ChildProcess.run(["cc", "-shared", "-fPIC", "-O2", "-o", library.path, source.path])
        guard child.status == 0 else { throw ChildProcess.Failure(description: "cc: \(child.errors)") }
        try Data(count: MemoryLayout<Int64>.size).write(to: file)
    }

    /// What a program's environment needs so that this is its clock.
    var environment: [String: String] {
        ["LD_PRELOAD": library.path, "LABGATE_TEST_WALL_CLOCK": file.path]
    }

    /// Sets the clock to so long after the machine's; before it, if negative.
    func set(to shift: Duration) throws {
        let handle = try FileHandle(forWritingTo: file)
        // Written in place: the program has the file mapped.
        try withUnsafeBytes(of: Int64(shift.components.seconds)) { try handle.write(contentsOf: Data($0)) }
        try handle.close()
    }
}
