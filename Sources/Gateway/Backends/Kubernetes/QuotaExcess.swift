import Classroom
import Foundation

/// What the API server says when a namespace's ResourceQuota refuses a pod: `exceeded quota: q, requested: pods=1, used:
/// pods=3, limited: pods=3`.
struct QuotaExcess: Hashable, Sendable {
    private let requested: [String: Quantity]
    private let limited: [String: Quantity]

    /// - Parameter message: the API server's.
    init(_ message: String) {
        requested = Self.amounts(behind: "requested: ", in: message)
        limited = Self.amounts(behind: "limited: ", in: message)
    }

    /// Whether the pod fits once others have gone; if the quota is too small for it alone, waiting is of no use.
    var passes: Bool {
        !requested.isEmpty && requested.allSatisfy { name, amount in limited[name].map { amount <= $0 } ?? false }
    }

    private static func amounts(behind title: String, in message: String) -> [String: Quantity] {
        guard let start = message.range(of: title)?.upperBound else { return [:] }
        let pairs = message[start...].prefix { $0 != " " }.split(separator: ",").compactMap {
            pair -> (String, Quantity)? in
            let parts = pair.split(separator: "=")
            guard parts.count == 2, let quantity = try? Quantity(String(parts[1])) else { return nil }
            return (String(parts[0]), quantity)
        }
        return Dictionary(pairs, uniquingKeysWith: { $1 })
    }
}
