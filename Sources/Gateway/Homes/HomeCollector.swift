public import Classroom
import Foundation
public import Kubernetes
import Synchronization

/// Reads students' homes into tar archives, for those who grade what is in them.
///
/// Nothing in a home is changed. A lab that runs is read as it is, by a second process beside the student's; where none
/// runs, a pod is made that has the home read-only, and goes when it was read.
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

    private let client: APIClient
    private let namespace: String
    private let maximumByteCount: Int?
    /// Pods that were asked for and are not known to be deleted.
    private let readers = Mutex<Set<String>>([])

    /// The largest archive where nothing says how much a home may hold: 10 GiB.
    public static let defaultMaximumByteCount = 10 << 30
    /// What an archive has beside the files' content, at the least: names, rounding, and the file system's own room.
    private static let minimumSlackByteCount = 64 << 20
    /// How long a pod that reads a home may take to start.
    private static let startLimit: Duration = .seconds(180)
    /// How often it is looked at meanwhile.
    private static let startInterval: Duration = .milliseconds(500)
    /// How long tar may say nothing: it has read a home's disk all the while, or was stopped.
    private static let silenceLimit: Duration = .seconds(60)
    /// How long a home may take to be read.
    private static let readingLimit: Duration = .seconds(900)
    /// What is kept of tar's words, in bytes.
    private static let maximumRemarkByteCount = 1024

    /// - Parameters:
    ///   - namespace: where the labs live.
    ///   - maximumByteCount: the largest archive; if it is not said, a quarter more than the home may hold.
    public init(client: APIClient, namespace: String, maximumByteCount: Int? = nil) {
        self.client = client
        self.namespace = namespace
        self.maximumByteCount = maximumByteCount
    }

    /// Writes a student's home to a new file, which is there only if the archive is whole.
    ///
    /// - Parameter path: a file of this name is replaced.
    /// - Throws: ``Failure``, or `CancellationError`.
    public func collect(_ student: Student, _ course: Course, into path: String) async throws -> Outcome {
        let lab = LabPod(student: student, course: course)
        do {
            if let pod = try await runningPod(of: lab) { return try await read(pod, course, into: path) }
            guard lab.homeClaim != nil, try await hasHome(lab) else { return .noHome }
            return try await withReader(lab) { try await read($0, course, into: path) }
        } catch let error as APIError {
            throw Failure(error.message)
        }
    }

    /// Deletes the pods of this collection that are still there, as when it was broken off.
    public func deleteReaders() async {
        for name in readers.withLock({ $0 }) { await deleteReader(name) }
    }

    /// Deletes pods that have read homes, or should have long ago, and that nobody has deleted because the collection was
    /// broken off.
    public func tidyUp() async throws(APIError) {
        let readers = try await client.listPods(namespace: namespace, labelSelector: LabPod.homeReaderSelector)
        let oldest = Date.clusterNow - Double(LabPod.readerDeadlineSeconds)
        for reader in readers
        where [.failed, .succeeded].contains(reader.status.phase)
            || reader.metadata.creationTimestamp ?? .distantFuture < oldest
        {
            try? await client.deletePod(
                named: reader.metadata.name, namespace: namespace, uid: reader.metadata.uid, gracePeriod: .zero)
        }
    }

    // MARK: Who reads

    private func runningPod(of lab: LabPod) async throws -> String? {
        do throws(APIError) {
            let pod = try await client.pod(named: lab.name.pod, namespace: namespace)
            return lab.owns(pod) && LabAssessment(pod) == .ready ? pod.metadata.name : nil
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
    }

    private func hasHome(_ lab: LabPod) async throws -> Bool {
        do throws(APIError) {
            _ = try await client.persistentVolumeClaim(named: lab.name.homeClaim, namespace: namespace)
            return true
        } catch {
            if error.isNotFound { return false }
            throw error
        }
    }

    private func withReader<Value>(_ lab: LabPod, _ body: (String) async throws -> Value) async throws -> Value {
        let manifest = lab.homeReader(suffix: String(UInt32.random(in: .min ... .max), radix: 36))
        let name = manifest["metadata"]?["name"]?.string ?? ""
        // Before it is there: whoever is interrupted does not hear whether it was made.
        readers.withLock { _ = $0.insert(name) }
        let result: Result<Value, any Error>
        do {
            _ = try await client.createPod(manifest, namespace: namespace)
            try await waitForReader(name)
            result = .success(try await body(name))
        } catch {
            result = .failure(error)
        }
        await deleteReader(name)
        return try result.get()
    }

    /// What is left lying all the same ends by itself, and a later collection tidies it away.
    private func deleteReader(_ name: String) async {
        do throws(APIError) {
            try await client.deletePod(named: name, namespace: namespace, gracePeriod: .zero)
        } catch {
            guard error.isNotFound else { return }
        }
        readers.withLock { _ = $0.remove(name) }
    }

    private func waitForReader(_ name: String) async throws {
        let end = ContinuousClock.now + Self.startLimit
        var last = "it was not scheduled"
        while ContinuousClock.now < end {
            switch LabAssessment(try await client.pod(named: name, namespace: namespace)) {
            case .ready: return
            case .starting(let stage): last = "\(stage)"
            case .unschedulable(let reason): last = reason
            case .doomed(let error): throw Failure(error.cause)
            case .terminating, .ended: throw Failure("the pod that reads the home has ended before it could")
            }
            try await Task.sleep(for: Self.startInterval)
        }
        throw Failure("the pod that reads the home has not started within \(Self.startLimit) (\(last))")
    }

    // MARK: Reading

    private static let script = """
        command -v tar >/dev/null || { echo "this image has no tar, which this needs" >&2; exit 127; }
        cd "$1" && exec tar -cf - .
        """

    private func read(_ pod: String, _ course: Course, into path: String) async throws -> Outcome {
        let request = ExecRequest(
            namespace: namespace, pod: pod, container: LabPod.readerContainer,
            command: ["/bin/sh", "-c", Self.script, "labgate", course.home.mountPath], tty: false)
        let archive = try ArchiveFile(path: path, maximumByteCount: maximumByteCount(of: course.home))
        return try await client.withExec(request) { stream in
            let remarks = try await Self.read(stream, into: archive)
            return try Self.outcome(stream.result, archive, String(decoding: remarks, as: UTF8.self))
        }
    }

    private func maximumByteCount(of home: Home) -> Int {
        if let maximumByteCount { return maximumByteCount }
        guard case .persistentVolumeClaim(let size, _) = home.storage else { return Self.defaultMaximumByteCount }
        let byteCount = Int(size.value)
        return byteCount + max(byteCount / 4, Self.minimumSlackByteCount)
    }

    /// - Returns: what tar has said on its standard error.
    private static func read(_ stream: ExecStream, into archive: ArchiveFile) async throws -> [UInt8] {
        let watch = OutputWatch(silenceLimit: silenceLimit, limit: readingLimit)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                if let reason = await watch.reachesLimit() { stream.close(reason: reason) }
            }
            defer { group.cancelAll() }
            var remarks: [UInt8] = []
            while let output = await stream.nextOutput() {
                watch.noteOutput()
                switch output {
                case .stdout(let bytes): try archive.write(bytes)
                case .stderr(let bytes): remarks += bytes.prefix(maximumRemarkByteCount - remarks.count)
                }
            }
            return remarks
        }
    }

    private static func outcome(_ result: ExecResult, _ archive: ArchiveFile, _ remarks: String) throws -> Outcome {
        let words = remarks.split(separator: "\n").joined(separator: "; ").withoutControls
        switch result {
        case .exited(let code) where archive.isWhole:
            try archive.finish()
            return code == 0
                ? .collected(byteCount: archive.byteCount) : .remarked(byteCount: archive.byteCount, words)
        case .exited(let code):
            throw Failure("tar has ended with \(code) (\(words.isEmpty ? "without a word" : words))")
        case .failed(let status):
            throw Failure(status.message ?? status.reason ?? "it could not be run")
        case .lost(let reason):
            throw Failure("the archive is cut short: \(reason)")
        }
    }
}
