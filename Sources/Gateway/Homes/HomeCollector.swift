public import Classroom
import Upstream

/// Reads students' homes into tar archives, for those who grade what is in them.
///
/// Nothing in a home is changed. A lab that runs is read as it is, by a second process beside the student's; where none
/// runs, something is made that has the home read-only, and goes when it was read.
///
/// A home is its student's, and so is the tar that reads it in a lab: how much comes, how slowly, and what is in the words
/// that it says is bounded here.
public final class HomeCollector: Sendable {
    /// What became of one home.
    public enum Outcome: Hashable, Sendable {
        /// The archive is whole.
        case collected(byteCount: Int)
        /// The archive is whole as an archive, but tar had something to say: a file could not be read, or changed
        /// meanwhile. Its words can be shown on a terminal.
        case remarked(byteCount: Int, String)
        /// The student has never had a lab, or homes of this course do not outlive it.
        case noHome
    }

    /// Why a home could not be read, in words.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// The reason, in words that can be shown on a terminal.
        public let description: String

        init(_ description: String) { self.description = description.withoutControls }
    }

    private let backend: any LabBackend
    private let maximumByteCount: Int?

    /// The largest archive where nothing says how much a home may hold: 10 GiB.
    public static let defaultMaximumByteCount = 10 << 30
    /// What an archive has beside the files' content, at the least: names, rounding, and the file system's own room.
    private static let minimumSlackByteCount = 64 << 20
    /// How long tar may say nothing: it has read a home's disk all the while, or was stopped.
    private static let silenceLimit: Duration = .seconds(60)
    /// How long a home may take to be read.
    private static let readingLimit: Duration = .seconds(900)
    /// What is kept of tar's words, in bytes.
    private static let maximumRemarkByteCount = 1024

    /// - Parameter maximumByteCount: the largest archive; if it is not said, a quarter more than the home may hold.
    public init(_ backend: Backend, maximumByteCount: Int? = nil) {
        self.backend = backend.labs
        self.maximumByteCount = maximumByteCount
    }

    /// Writes a student's home to a new file, which is there only if the archive is whole.
    ///
    /// - Parameter path: a file of this name is replaced.
    /// - Throws: ``Failure``, or `CancellationError`.
    public func collect(_ student: Student, _ course: Course, into path: String) async throws -> Outcome {
        let argv = ["/bin/sh", "-c", Self.script, "labgate", course.home.mountPath]
        let limit = maximumByteCount(of: course.home)
        do {
            let outcome = try await backend.readHome(of: LabOrder(student: student, course: course), argv) { program in
                let archive = try ArchiveFile(path: path, maximumByteCount: limit)
                let remarks = try await Self.read(program, into: archive)
                return try Self.outcome(program.end, archive, String(decoding: remarks, as: UTF8.self))
            }
            return outcome ?? .noHome
        } catch let error as BackendError {
            throw Failure(error.message)
        }
    }

    /// Takes away what was made to read homes and is still there because a collection was broken off, this one or an
    /// earlier one.
    public func tidyUp() async throws(Failure) {
        do throws(BackendError) {
            try await backend.tidyHomeReaders()
        } catch {
            throw Failure(error.message)
        }
    }

    // MARK: Reading

    private static let script = """
        command -v tar >/dev/null || { echo "this image has no tar, which this needs" >&2; exit 127; }
        cd "$1" && exec tar -cf - .
        """

    private func maximumByteCount(of home: Home) -> Int {
        if let maximumByteCount { return maximumByteCount }
        guard case .persistentVolumeClaim(let size, _) = home.storage else { return Self.defaultMaximumByteCount }
        let byteCount = Int(size.value)
        return byteCount + max(byteCount / 4, Self.minimumSlackByteCount)
    }

    /// - Returns: what tar has said on its standard error.
    private static func read(_ program: any LabProgram, into archive: ArchiveFile) async throws -> [UInt8] {
        let watch = OutputWatch(silenceLimit: silenceLimit, limit: readingLimit)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                if let reason = await watch.reachesLimit() { program.close(reason: reason) }
            }
            defer { group.cancelAll() }
            var remarks: [UInt8] = []
            while let output = await program.nextOutput() {
                watch.noteOutput()
                switch output {
                case .stdout(let bytes): try archive.write(bytes)
                case .stderr(let bytes): remarks += bytes.prefix(maximumRemarkByteCount - remarks.count)
                }
            }
            return remarks
        }
    }

    private static func outcome(_ end: ProgramEnd, _ archive: ArchiveFile, _ remarks: String) throws -> Outcome {
        let words = remarks.split(separator: "\n").joined(separator: "; ").withoutControls
        switch end {
        case .exited(let code) where archive.isWhole:
            try archive.finish()
            return code == 0
                ? .collected(byteCount: archive.byteCount) : .remarked(byteCount: archive.byteCount, words)
        case .exited(let code):
            throw Failure("tar has ended with \(code) (\(words.isEmpty ? "without a word" : words))")
        case .failed(let reason):
            throw Failure(reason)
        case .lost(let reason):
            throw Failure("the archive is cut short: \(reason)")
        }
    }
}
