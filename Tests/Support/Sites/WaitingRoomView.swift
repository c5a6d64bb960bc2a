/// Who has a place in a course with a capacity, and who waits for one, as it is kept.
struct WaitingRoomView {
    /// How many places are taken.
    let seatCount: Int
    /// The students, the first in the queue first.
    let queue: [String]

    /// Nobody is in a course that has no waiting room yet.
    static func of(_ course: String, in site: any LabSite) async throws -> WaitingRoomView {
        let room = try await site.records("waiting-room").first { $0.owner == course }
        let record = try JSON(parsing: room?.text ?? "{}")
        return WaitingRoomView(
            seatCount: record["seats"].array.count, queue: record["queue"].array.compactMap { $0["student"].string })
    }
}
