import Foundation
@testable import TestSupport

/// What the ledger of a student says, as the API server shows it.
struct LedgerView {
    struct Holding: Hashable {
        let kind: String
        let holder: String
        let since: Date
    }

    let student: String
    /// The name of the Lease that keeps it.
    let lease: String
    /// As it is written there.
    let text: String
    let holdings: [Holding]
    /// What is closed of the connected time, by course.
    let connectedTime: [String: Duration]

    /// Of all students who have one.
    static func all(in namespace: Namespace) async throws -> [LedgerView] {
        try await leases(in: namespace).compactMap { lease in
            let annotations = lease["metadata"]["annotations"]
            guard let text = annotations["labgate.dev/ledger"].string,
                let student = annotations["labgate.dev/student"].string
            else { return nil }
            return LedgerView(student, lease: lease["metadata"]["name"].string ?? "", text, try JSON(parsing: text))
        }
    }

    static func of(_ student: String, in namespace: Namespace) async throws -> LedgerView? {
        try await all(in: namespace).first { $0.student == student }
    }

    /// When each gateway has renewed its own Lease, by its identity.
    static func renewals(in namespace: Namespace) async throws -> [String: String] {
        let leases = try await leases(in: namespace).filter {
            $0["metadata"]["labels"]["app.kubernetes.io/component"].string == "replica"
        }
        return Dictionary(
            leases.map { ($0["spec"]["holderIdentity"].string ?? "", $0["spec"]["renewTime"].string ?? "") },
            uniquingKeysWith: { $1 })
    }

    private static func leases(in namespace: Namespace) async throws -> [JSON] {
        try JSON(parsing: try await namespace.kubectl("get", "leases", "--output=json"))["items"].array
    }

    private init(_ student: String, lease: String, _ text: String, _ ledger: JSON) {
        (self.student, self.lease, self.text) = (student, lease, text)
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
