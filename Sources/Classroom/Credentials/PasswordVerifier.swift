import Dispatch
import Foundation

/// Checks passwords without holding up anything else, and without telling who exists.
///
/// Hashing takes a tenth of a second of a core and tens of megabytes, so at most ``concurrency`` hashes are computed at
/// once, on threads of its own; others wait in the order they came. Every question costs exactly one hash: for a
/// student who does not exist or has no password, one of the kind that the others have.
public actor PasswordVerifier {
    /// Most hashes at once.
    public let concurrency: Int

    private let check: @Sendable (PasswordHash, [UInt8]) -> Bool
    private let threads = DispatchQueue(label: "labgate.password-verifier", attributes: .concurrent)
    private var runningCount = 0
    // As many as there are connections being authenticated, which the SSH side bounds.
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Makes a verifier that computes at most `concurrency` hashes at once: as many as there are cores, by default.
    public init(concurrency: Int? = nil) {
        self.init(concurrency: concurrency ?? ProcessInfo.processInfo.activeProcessorCount) { $0.verify(password: $1) }
    }

    /// Makes a verifier with another way to check a hash, for tests that count.
    init(concurrency: Int, check: @escaping @Sendable (PasswordHash, [UInt8]) -> Bool) {
        self.concurrency = max(1, concurrency)
        self.check = check
    }

    /// Whether this is the student's password. Never true for nobody or for a student without one.
    ///
    /// Does not look at ``Student/suspended``: that is for the caller to refuse, and only after this said yes.
    /// Returns false without hashing if the task was cancelled meanwhile.
    ///
    /// - Parameters:
    ///   - student: who claims to be there; nil if there is no such student.
    ///   - classroom: where the student was looked up; says what a hash usually costs.
    public func verify(_ password: [UInt8], for student: Student?, in classroom: Classroom) async -> Bool {
        // The same for everybody, known or not.
        guard PasswordHash.isPlausible(password) else { return false }
        await acquire()
        defer { release() }
        if Task.isCancelled { return false }
        let hash = student?.passwordHash ?? classroom.usualPasswordHash
        let isRight = await withCheckedContinuation { continuation in
            threads.async { [check] in continuation.resume(returning: check(hash, password)) }
        }
        return isRight && student?.passwordHash != nil
    }

    private func acquire() async {
        if runningCount < concurrency {
            runningCount += 1
        } else {
            // The one that releases hands its place on, so the count stays.
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    private func release() {
        if waiting.isEmpty {
            runningCount -= 1
        } else {
            waiting.removeFirst().resume()
        }
    }
}
