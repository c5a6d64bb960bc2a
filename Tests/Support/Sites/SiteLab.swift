/// A lab as its site shows it.
struct SiteLab: Hashable {
    let name: String
    /// Unlike that of every other lab, also of an earlier one with its name.
    let uid: String
    let student: String
    let course: String
    /// Whether its end was asked for already.
    let isEnding: Bool
}
