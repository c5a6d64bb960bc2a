import Foundation

/// The seats of a course with limited capacity, and who waits for one: first come, first served among those present.
///
/// It is kept in one place and changed by compare-and-swap, so that the capacity is exact across replicas. The queue is
/// in the order of coming, which no clock changes.
struct WaitingRoom: Hashable, Sendable, Codable {
    /// How long a student keeps the place without a connection: a reconnect, a laptop that changes networks.
    static let placeRetention = Duration.seconds(180)
    /// How long a student counts as present after having been seen. Replicas tell twice as often who is there.
    static let presence = Duration.seconds(60)
    /// How long a seat is kept for a lab that does not exist, because it is about to be created.
    static let seatRetention = Duration.seconds(300)
    /// Most students who wait; with their names they stay below the size of an annotation (256 KiB). Those beyond are
    /// told a place, but have to come again to get it.
    static let maximumWaiterCount = 1000

    /// The labs that exist or are about to.
    private(set) var seats: [Seat] = []
    /// Who waits, in the order of coming.
    private(set) var queue: [Waiter] = []

    init() {}

    /// Takes a seat for a lab that is to be started, or a place in the queue.
    ///
    /// A seat that the lab has already, because the last one has just gone or because it is asked for again, is from
    /// now on that of the lab to come: whoever finds the last one gone must not free it.
    ///
    /// Students who wait and are present pass those who are not; these keep their places until they expire.
    mutating func take(seat lab: String, student: String, capacity: Int, now: Date) -> Placement {
        expire(now)
        if let index = seats.firstIndex(where: { $0.lab == lab }) {
            leave(student)
            seats[index] = Seat(lab: lab, since: now)
            return .seated
        }
        let ahead = joinQueue(student, now: now)
        guard ahead < capacity - seats.count else { return .waiting(place: ahead + 1) }
        leave(student)
        seats.append(Seat(lab: lab, since: now))
        return .seated
    }

    /// The student's place in a queue that has no seats of its own; joins it or goes on waiting.
    mutating func place(of student: String, now: Date) -> Int {
        expire(now)
        return joinQueue(student, now: now) + 1
    }

    /// Whether others wait and are present.
    func hasOthers(than student: String, at now: Date) -> Bool {
        present(at: now).contains { $0 != student }
    }

    /// Who waits and is present, in the order of coming.
    func present(at now: Date) -> [String] {
        queue.filter { $0.seen + Self.presence > now }.map(\.student)
    }

    /// Notes which students' connections are here; those who do not wait are passed over.
    mutating func refresh(_ students: Set<String>, now: Date) {
        for index in queue.indices where students.contains(queue[index].student) { queue[index].see(at: now) }
    }

    /// Gives up the place of a student who does not want it any more.
    mutating func leave(_ student: String) {
        queue.removeAll { $0.student == student }
    }

    /// Frees the seat of a lab that is gone, unless it was taken anew since.
    mutating func release(_ lab: String, takenAt since: Date) {
        seats.removeAll { $0.lab == lab && $0.since == since }
    }

    /// Removes the students who were not seen for too long.
    mutating func expire(_ now: Date) {
        for index in queue.indices { queue[index].limitSeen(to: now) }
        queue.removeAll { $0.seen + Self.placeRetention <= now }
    }

    /// Sets the seats right after the labs that exist: some may have come or gone while nobody watched.
    /// Who waited and has gone is forgotten, too: nobody else may come who would find that out.
    mutating func reconcile(labs: Set<String>, now: Date) {
        expire(now)
        seats.removeAll { !labs.contains($0.lab) && $0.since + Self.seatRetention <= now }
        let missing = labs.subtracting(seats.map(\.lab))
        seats += missing.sorted().map { Seat(lab: $0, since: now) }
    }

    /// When a seat is likely to be free for this place (from 1), from the times at which labs are expected to end.
    static func estimate(place: Int, expectedEnds: [Date]) -> Date? {
        guard place >= 1, place <= expectedEnds.count else { return nil }
        return expectedEnds.sorted()[place - 1]
    }

    /// Joins the queue or goes on waiting in it.
    ///
    /// - Returns: how many wait ahead and are present.
    private mutating func joinQueue(_ student: String, now: Date) -> Int {
        if !queue.contains(where: { $0.student == student }), queue.count < Self.maximumWaiterCount {
            queue.append(Waiter(student: student, joined: now))
        }
        refresh([student], now: now)
        return queue.prefix { $0.student != student }.count { $0.seen + Self.presence > now }
    }
}
