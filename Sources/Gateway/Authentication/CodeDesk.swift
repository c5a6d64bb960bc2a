import Classroom
import Foundation
import Upstream

/// Takes one-time passwords, each once, whichever gateways they reach.
///
/// What was used is in the student's ledger, which is changed by compare-and-swap before a code is granted: that is one
/// request to the backend, of those alone who use codes. A gateway that cannot make it grants nothing.
struct CodeDesk: Sendable {
    /// A student's ledger as last seen.
    let ledger: @Sendable (_ student: String) -> Ledger
    /// Changes a student's ledger; see ``Records``.
    let change:
        @Sendable (_ student: String, _ make: @escaping @Sendable (inout Ledger) -> CodeVerdict) async throws
            -> CodeVerdict
    let now: @Sendable () -> Date

    /// Looks at a code that came after `first`.
    ///
    /// - Throws: `BackendError` if the ledger cannot be changed.
    func use(_ text: [UInt8], of student: Student, after first: FirstFactor) async throws -> CodeVerdict {
        // Apps show codes in groups. What has other characters or another length is no guess that has to be counted:
        // clients that answer every question with a saved password shall not lock their user out.
        let code = text.filter { $0 != UInt8(ascii: " ") }
        let isPlausible = code.count == TOTPKey.digitCount && code.allSatisfy { (0x30...0x39).contains($0) }
        guard isPlausible else { return .wrong }
        let now = now()
        let attempt = String(UInt64.random(in: .min ... .max), radix: 36)
        return try await change(student.name) { ledger in
            ledger.codes.use(code, of: student.totpKey, after: first.credential, attempt: attempt, at: now)
        }
    }

    /// What a user whose code is asked for should know; empty if nothing.
    func advice(after first: FirstFactor) -> String {
        let now = now()
        guard let end = ledger(first.name.student).codes.pauseEnd(first.credential, at: now) else {
            return first.advice
        }
        return Self.advice(for: .paused(until: end), at: now) ?? ""
    }

    /// What a user whose code was refused should know; nil if there is nothing to add.
    static func advice(for verdict: CodeVerdict, at now: Date) -> String? {
        switch verdict {
        case .accepted, .wrong: nil
        case .usedBefore: "That code was used already: wait for the next one."
        case .paused(let end):
            "There were too many wrong codes: no code is looked at for the next "
                + "\(Duration.seconds(end.timeIntervalSince(now).rounded(.up)).spoken)."
        }
    }
}

extension CodeDesk {
    /// A desk for the students of a backend.
    init(_ ledgers: Ledgers) {
        self.init(
            ledger: { ledgers.record(of: $0) },
            change: { student, make in try await ledgers.change(of: student, make) },
            now: { .clusterNow })
    }
}
