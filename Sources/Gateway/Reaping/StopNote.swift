import Classroom

/// Why a lab is stopped.
struct StopNote: Hashable, Sendable {
    /// In words for its student.
    let reason: String
    /// What the student's ledger is to remember of it; nil if nothing is held down.
    let holdDown: Stop?
}
