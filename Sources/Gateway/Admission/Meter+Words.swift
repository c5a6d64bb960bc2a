import Classroom

extension Meter {
    /// What students call it.
    var words: String {
        switch self {
        case .connectedTime: "connected time"
        case .labTime: "lab time"
        case .cpuTime: "CPU time"
        }
    }
}
