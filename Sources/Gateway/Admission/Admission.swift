/// Whether something may exist now.
enum Admission: Hashable, Sendable {
    case admitted
    case refused(Refusal)
}
