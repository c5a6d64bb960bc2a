import Foundation

@testable import Gateway

/// A waiting room and a class that comes to it from noon on. A class, so that expectations can change it.
final class RoomAtNoon {
    var room = WaitingRoom()

    /// The lab is gone, and its student has not come back.
    func release(_ pod: String) {
        for seat in room.seats where seat.lab == pod { room.release(pod, takenAt: seat.since) }
    }

    func take(_ student: String, _ secondsAfterNoon: Double, capacity: Int = 1) -> Placement {
        room.take(
            seat: "lab-\(student)", student: student, capacity: capacity, now: Clock.at("12:00") + secondsAfterNoon)
    }
}
