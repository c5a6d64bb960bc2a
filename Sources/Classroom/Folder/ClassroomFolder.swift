import Dispatch
public import Logging
public import ServiceLifecycle
import Synchronization

/// A folder of documents, watched: always has a classroom, and takes on changes while it runs.
///
/// The folder is looked at every few seconds. A change is read once it has stood still for one look, so that files in
/// the middle of being written are left alone. A reading with an error changes nothing: the classroom stays as it was,
/// and each problem is logged once.
///
/// Concurrency: files are touched only on a serial queue of its own (and in `init`), so readings never overlap and
/// never hold up the caller's executor; what they leave behind is behind a lock.
public final class ClassroomFolder: Service {
    /// What a look at the folder led to.
    public enum Outcome: Hashable, Sendable {
        /// The files are as they were.
        case unchanged
        /// The files changed, but may still be in the middle of it; the next look tells.
        case settling
        /// The files were read and replaced the classroom.
        case replaced(ClassroomChanges)
        /// The files were read and are wrong; the classroom stays as it was.
        case refused([Problem])
    }

    /// Time between two looks at the folder, if not said otherwise.
    public static let defaultPollInterval: Duration = .seconds(2)

    /// The folder's path.
    public let path: String
    /// Each new classroom, for one consumer; one that is slow sees only the newest.
    public let changes: AsyncStream<Classroom>

    private struct State {
        var current: Classroom
        /// What the folder looked like when it was last read, successfully or not.
        var read: FolderFingerprint
        /// What it looked like at the last look, if that differs.
        var settling: FolderFingerprint?
    }

    private let state: Mutex<State>
    private let queue = DispatchQueue(label: "labgate.classroom-folder")
    private let continuation: AsyncStream<Classroom>.Continuation
    private let pollInterval: Duration
    private let logger: Logger

    /// Reads the folder for the first time. Blocks while it does.
    ///
    /// - Throws: ``ClassroomError`` with every problem, if one of them is an error.
    public init(
        path: String,
        pollInterval: Duration = defaultPollInterval,
        logger: Logger
    ) throws(ClassroomError) {
        // Before the files are read: a change in between is then seen at the next look.
        let fingerprint = FolderFingerprint(of: path)
        let classroom = try Classroom.load(folder: path)
        self.path = path
        self.pollInterval = pollInterval
        self.logger = logger
        self.state = Mutex(State(current: classroom, read: fingerprint))
        (self.changes, self.continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        logger.classroomLoaded(classroom, folder: path)
    }

    /// The classroom as it is now. Cheap; may be called from anywhere.
    public var current: Classroom {
        state.withLock { $0.current }
    }

    /// Watches the folder until graceful shutdown or cancellation.
    public func run() async throws {
        defer { continuation.finish() }
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await Task.sleep(for: self.pollInterval)
                } catch {
                    return
                }
                await self.poll()
            }
        }
    }

    /// Reads the folder now, whether or not it seems to have changed; for SIGHUP.
    @discardableResult
    public func reload() async -> Outcome {
        await onQueue { self.read(FolderFingerprint(of: self.path)) }
    }

    /// Looks at the folder once, and reads it if it changed and then stood still.
    @discardableResult
    func poll() async -> Outcome {
        await onQueue {
            let now = FolderFingerprint(of: self.path)
            let (isAsRead, isSettled) = self.state.withLock { state in
                defer { state.settling = now == state.read ? nil : now }
                return (now == state.read, now == state.settling)
            }
            if isAsRead { return .unchanged }
            return isSettled ? self.read(now) : .settling
        }
    }

    private func onQueue(_ work: @escaping @Sendable () -> Outcome) async -> Outcome {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: work()) }
        }
    }

    private func read(_ fingerprint: FolderFingerprint) -> Outcome {
        let old = state.withLock { state in
            state.read = fingerprint
            state.settling = nil
            return state.current
        }
        do throws(ClassroomError) {
            let new = try Classroom.load(folder: path)
            // An unmounted volume looks like this. To throw everybody out for it would be the worse mistake.
            if fingerprint.isEmpty, !old.students.isEmpty {
                let location = SourceLocation(file: path, line: nil)
                throw ClassroomError(invalidDocuments: [Problem(.error, at: location, "all documents are gone")])
            }
            let changes = ClassroomChanges(from: old, to: new)
            state.withLock { $0.current = new }
            logger.classroomReplaced(changes, new, folder: path)
            continuation.yield(new)
            return .replaced(changes)
        } catch {
            logger.classroomRefused(error, folder: path)
            return .refused(error.problems)
        }
    }
}
