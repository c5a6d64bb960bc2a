import TestSupport
import Foundation
import Testing

@testable import Gateway

@Suite("The waiting room")
struct WaitingRoomTests {
    static let noon = Clock.at("12:00")

    /// A room with one seat, taken by `a`, and others who wait in this order.
    static func room(_ waiting: String...) -> RoomAtNoon {
        let room = RoomAtNoon()
        for student in ["a"] + waiting { _ = room.take(student, 0) }
        return room
    }

    @Test("First come, first served; the same again changes nothing")
    func firstCome() {
        let room = Self.room("b", "c")
        #expect(room.take("a", 1) == .seated)
        #expect(room.take("b", 1) == .waiting(place: 1))
        #expect(room.take("c", 1) == .waiting(place: 2))
        room.release("lab-a")
        #expect(room.take("d", 2) == .waiting(place: 3))
        #expect(room.take("c", 2) == .waiting(place: 2))
        #expect(room.take("b", 2) == .seated)
        #expect(room.take("c", 3) == .waiting(place: 1))
        #expect(room.room.queue.map(\.student) == ["c", "d"])
    }

    @Test("As many as there are free seats may sit down, in any order among them")
    func severalSeats() {
        let room = Self.room("b", "c", "d")
        #expect(room.take("d", 1, capacity: 3) == .waiting(place: 3))
        #expect(room.take("c", 1, capacity: 3) == .seated)
        #expect(room.take("d", 1, capacity: 3) == .waiting(place: 2))
        #expect(room.take("b", 1, capacity: 3) == .seated)
        #expect(room.take("d", 1, capacity: 2) == .waiting(place: 1))
    }

    @Test("A student keeps the place over a reconnect; those who are present pass, and do not wait for ever")
    func ghosts() {
        let room = Self.room("b", "c")
        room.room.refresh(["c", "nobody"], now: Self.noon + 50)
        #expect(room.take("c", 59) == .waiting(place: 2))
        #expect(room.take("c", 61) == .waiting(place: 1))
        #expect(room.take("b", 170) == .waiting(place: 1))
        #expect(room.take("c", 171) == .waiting(place: 2))
        room.room.refresh(["c"], now: Self.noon + 260)
        room.release("lab-a")
        #expect(room.take("c", 261) == .seated)
        #expect(room.room.queue.map(\.student) == ["b"])
        room.room.expire(Self.noon + 349)
        #expect(room.room.queue.count == 1)
        room.room.expire(Self.noon + 350)
        #expect(room.room.queue.isEmpty)
    }

    @Test("Who does not wait any more is not counted after a minute, and forgotten after three although nobody comes")
    func gone() {
        let room = Self.room("b", "c")
        room.room.refresh(["c"], now: Self.noon + 50)
        #expect(room.room.present(at: Self.noon + 59) == ["b", "c"])
        #expect(room.room.present(at: Self.noon + 60) == ["c"])
        room.room.reconcile(labs: ["lab-a"], now: Self.noon + 180)
        #expect(room.room.queue.map(\.student) == ["c"])
        room.room.reconcile(labs: ["lab-a"], now: Self.noon + 230)
        #expect(room.room.queue.isEmpty && room.room.seats.map(\.lab) == ["lab-a"])
    }

    @Test("A clock that was wrong keeps nobody waiting for ever, and lets nobody in before others")
    func clocks() {
        let room = Self.room("b")
        #expect(room.take("c", 1_000_000) == .waiting(place: 1))
        #expect(room.take("d", 10) == .waiting(place: 2))
        room.room.expire(Self.noon + 200)
        #expect(room.room.queue.isEmpty)
    }

    @Test("Seats follow the labs that exist; one that is about to is waited for")
    func reconcile() {
        let room = Self.room()
        room.room.reconcile(labs: ["lab-x"], now: Self.noon + 299)
        #expect(room.room.seats.map(\.lab) == ["lab-a", "lab-x"])
        room.room.reconcile(labs: ["lab-x"], now: Self.noon + 300)
        #expect(room.room.seats.map(\.lab) == ["lab-x"])
    }

    @Test("A seat is not freed under a student who has come back, whoever saw the last lab go; nobody else gets in")
    func comeback() {
        let room = Self.room("b")
        let last = room.room.seats[0].since
        #expect(room.take("a", 60) == .seated)
        room.room.release("lab-a", takenAt: last)
        #expect(room.take("b", 61) == .waiting(place: 1))
        room.release("lab-a")
        #expect(room.take("b", 62) == .seated)
    }

    @Test("A place is free when as many labs have ended")
    func estimate() {
        let ends = ["15:00", "13:00", "14:00"].map(Clock.at)
        #expect(WaitingRoom.estimate(place: 1, expectedEnds: ends) == Clock.at("13:00"))
        #expect(WaitingRoom.estimate(place: 3, expectedEnds: ends) == Clock.at("15:00"))
        #expect(WaitingRoom.estimate(place: 4, expectedEnds: ends) == nil)
        #expect(WaitingRoom.estimate(place: 0, expectedEnds: ends) == nil)
    }

    @Test("The queue is bounded, and stays below the size of an annotation")
    func bounded() throws {
        var room = WaitingRoom()
        for index in 0..<1200 {
            let name = String(repeating: "n", count: 59) + "\(10_000 + index)"
            let placement = room.take(seat: name, student: name, capacity: 0, now: Self.noon)
            #expect(placement == .waiting(place: min(index, WaitingRoom.maximumWaiterCount) + 1))
        }
        #expect(room.queue.count == WaitingRoom.maximumWaiterCount)
        #expect(try JSONEncoder().encode(room).count < 200 * 1024)
    }

    @Test(
        "Never more seats than there are; nobody is seated before all who came first, are present, and fit",
        arguments: 0..<60 as Range<UInt64>)
    func random(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var room = WaitingRoom()
        var now = Self.noon
        let capacity = Int.random(in: 1...4, using: &random)
        for _ in 0..<400 {
            now += Double.random(in: 0...25, using: &random)
            let student = "s\(Int.random(in: 0..<12, using: &random))"
            switch Int.random(in: 0..<8, using: &random) {
            case 0:
                if let seat = room.seats.randomElement(using: &random) { room.release(seat.lab, takenAt: seat.since) }
            case 1: room.refresh(Set(room.queue.map(\.student).filter { _ in random.oneIn(2) }), now: now)
            case 2: room.expire(now)
            default:
                var before = room
                before.expire(now)
                let placement = room.take(seat: "lab-\(student)", student: student, capacity: capacity, now: now)
                Self.check(placement, student, before: before, after: room, capacity: capacity, now: now)
            }
            #expect(room.seats.count <= capacity)
            #expect(Set(room.queue.map(\.student)).count == room.queue.count)
            #expect(room.queue.map(\.joined) == room.queue.map(\.joined).sorted())
            let read = try JSONDecoder().decode(WaitingRoom.self, from: JSONEncoder().encode(room))
            #expect(read == room)
        }
    }

    private static func check(
        _ placement: Placement, _ student: String, before: WaitingRoom, after: WaitingRoom, capacity: Int, now: Date
    ) {
        let wasSeated = before.seats.contains { $0.lab == "lab-\(student)" }
        let ahead = before.queue.prefix { $0.student != student }.count { $0.seen > now - 60 }
        switch placement {
        case .seated:
            #expect(wasSeated || ahead < capacity - before.seats.count)
            #expect(!after.queue.contains { $0.student == student })
        case .waiting(let place):
            #expect(!wasSeated && ahead >= capacity - before.seats.count)
            #expect(place == ahead + 1 && after.queue.contains { $0.student == student })
        }
    }
}
