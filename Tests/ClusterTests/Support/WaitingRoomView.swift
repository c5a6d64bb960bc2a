@testable import TestSupport

/// Who has a place in a course with a capacity, and who waits for one, as the API server shows it.
struct WaitingRoomView {
    /// How many places are taken.
    let seatCount: Int
    /// The students, the first in the queue first.
    let queue: [String]

    /// Nobody is in a course that has no waiting room yet.
    static func of(_ course: String, in namespace: Namespace) async throws -> WaitingRoomView {
        let leases = try JSON(parsing: try await namespace.kubectl("get", "leases", "--output=json"))["items"].array
        let annotations = leases.map { $0["metadata"]["annotations"] }
        let room = annotations.first { $0["labgate.dev/course"].string == course }?["labgate.dev/waiting-room"].string
        let record = try JSON(parsing: room ?? "{}")
        return WaitingRoomView(
            seatCount: record["seats"].array.count, queue: record["queue"].array.compactMap { $0["student"].string })
    }
}
