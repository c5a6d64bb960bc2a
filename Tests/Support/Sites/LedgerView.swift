import Foundation
/// What the ledger of a student says, as it is kept.
struct LedgerView {
    struct Holding: Hashable {
        let kind: String
        let holder: String
        let since: Date
    }

    let student: String
    /// What keeps it: on a cluster the name of a Lease.
    let object: String
    /// As it is written there.
    let text: String
    let holdings: [Holding]
    /// What is closed of the connected time, by course.
    let connectedTime: [String: Duration]

    /// Of all students who have one.
    static func all(in site: any LabSite) async throws -> [LedgerView] {
        try await site.records("ledger").map { try LedgerView($0) }
    }

    static func of(_ student: String, in site: any LabSite) async throws -> LedgerView? {
        try await all(in: site).first { $0.student == student }
    }

    /// When each gateway has renewed its own Lease, by its identity.
    static func renewals(in namespace: Namespace) async throws -> [String: String] {
        let leases = try JSON(parsing: await namespace.kubectl("get", "leases", "--output=json"))["items"].array
            .filter { $0["metadata"]["labels"]["app.kubernetes.io/component"].string == "replica" }
        return Dictionary(
            leases.map { ($0["spec"]["holderIdentity"].string ?? "", $0["spec"]["renewTime"].string ?? "") },
            uniquingKeysWith: { $1 })
    }

    private init(_ record: SiteRecord) throws {
        (student, object, text) = (record.owner, record.object, record.text)
        let ledger = try JSON(parsing: text)
        holdings = ledger["holdings"].array.map {
            Holding(
                kind: $0["kind"].string ?? "", holder: $0["holder"].string ?? "",
                since: Date(timeIntervalSince1970: Double($0["since"].int ?? 0) / 1000))
        }
        let tallies = ledger["tallies"]
        connectedTime = Dictionary(
            uniqueKeysWithValues: tallies.keys.map {
                ($0, .milliseconds(tallies[$0]["connectedTime"]["total"].int ?? 0))
            })
    }
}
