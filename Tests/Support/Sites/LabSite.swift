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
