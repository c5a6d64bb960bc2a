/// Where a class has its labs, as an administrator sees and changes it: without labgate.
protocol LabSite: Sendable {
    /// The section of the gateway's configuration that leads there, in YAML.
    var settings: String { get }

    /// The labs there are, those included that are about to end.
    func labs() async throws -> [SiteLab]

    /// Removes a lab behind labgate's back.
    ///
    /// - Parameter waits: until it is gone.
    func remove(_ lab: SiteLab, waits: Bool) async throws

    /// The program that runs a command in a lab, whose words follow, with its own input and output.
    func execCommand(in lab: SiteLab) -> [String]

    /// Everything of a kind that the gateways have noted, such as `ledger`.
    func records(_ kind: String) async throws -> [SiteRecord]

    /// Takes away what the class has left.
    func end() async throws
}

extension LabSite {
    /// The lab of one student; nil if there is none.
    func lab(of student: String, course: String = "c") async throws -> SiteLab? {
        try await labs().first { $0.student == student && $0.course == course }
    }
}

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

/// Something that gateways have noted, as its site keeps it.
struct SiteRecord {
    /// The student or the course that it is about.
    let owner: String
    /// JSON.
    let text: String
    /// The object that keeps it, where that is one of its own.
    let object: String
}
