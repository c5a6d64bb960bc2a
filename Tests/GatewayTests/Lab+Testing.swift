import Foundation

@testable import Gateway

extension Lab {
    /// A lab of which nothing else matters.
    init(named name: String, uid: String, restartCount: Int = 0, state: LabState = .ready) {
        self.init(
            name: name, uid: uid, version: "1", student: nil, course: nil, specHash: nil, created: .distantPast,
            state: state, hasStarted: true, restartCount: restartCount)
    }
}
