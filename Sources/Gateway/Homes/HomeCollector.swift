public import Classroom
import Foundation
public import Kubernetes

/// Reads students' homes into tar archives, for those who grade what is in them.
///
/// Nothing in a home is changed. A lab that runs is read as it is, by a second process beside the student's; where none
/// runs, a pod is made that has the home read-only, and goes when it was read.
public struct HomeCollector: Sendable {
    /// What became of one home.
    public enum Outcome: Hashable, Sendable {
        /// The archive is whole.
        case collected(byteCount: Int)
        /// The archive is whole as an archive, but tar had something to say: a file could not be read, or changed
        /// meanwhile.
        case remarked(byteCount: Int, String)
        /// The student has never had a lab, or homes of this course do not outlive it.
        case noHome
    }

    /// Why a home could not be read, in words.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// The reason, in words.
        public let description: String

        init(_ description: String) { self.description = description }
    }

    private let client: APIClient
    private let namespace: String

    /// How long a pod that reads a home may take to start.
    private static let startLimit: Duration = .seconds(180)
    /// How often it is looked at meanwhile.
    private static let startInterval: Duration = .milliseconds(500)
    /// What is kept of tar's words, in bytes.
    private static let maximumRemarkByteCount = 1024

    /// - Parameter namespace: where the labs live.
    public init(client: APIClient, namespace: String) {
        self.client = client
        self.namespace = namespace
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

    /// Deletes pods that have read homes, and that nobody has deleted because the collection was broken off.
    public func tidyUp() async throws(APIError) {
        let readers = try await client.listPods(namespace: namespace, labelSelector: LabPod.homeReaderSelector)
        for reader in readers where [.failed, .succeeded].contains(reader.status.phase) {
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
        let suffix = String(UInt32.random(in: .min ... .max), radix: 36)
        let name = try await client.createPod(lab.homeReader(suffix: suffix), namespace: namespace).metadata.name
        let result: Result<Value, any Error>
        do {
            try await waitForReader(name)
            result = .success(try await body(name))
        } catch {
            result = .failure(error)
        }
        // What is left lying ends by itself, and the next collection tidies it away.
        try? await client.deletePod(named: name, namespace: namespace, gracePeriod: .zero)
        return try result.get()
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
        let archive = try ArchiveFile(path: path)
        return try await client.withExec(request) { stream in
            var remarks: [UInt8] = []
            while let output = await stream.nextOutput() {
                switch output {
                case .stdout(let bytes): try archive.write(bytes)
                case .stderr(let bytes): remarks += bytes.prefix(Self.maximumRemarkByteCount - remarks.count)
                }
            }
            return try Self.outcome(stream.result, archive, String(decoding: remarks, as: UTF8.self))
        }
    }

    private static func outcome(_ result: ExecResult, _ archive: ArchiveFile, _ remarks: String) throws -> Outcome {
        let words = remarks.split(separator: "\n").joined(separator: "; ")
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
