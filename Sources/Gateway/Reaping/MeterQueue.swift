/// Whose turn it is to be measured: in the order given, but never many of one node at once, so that a node that hangs
/// leaves room for the labs of all others.
struct MeterQueue: Sendable {
    /// Labs that are read at the same time: each reading is a small exec, most of which is waiting.
    static let maximumCount = 32
    /// Labs of one node that are read at the same time: as many as one kubelet answers without delay.
    static let maximumCountPerNode = 8

    /// What waits, by node, with its place in the order.
    private var waiting: [String: ArraySlice<(place: Int, lab: Lab)>]
    /// How many are being read, by node.
    private var running: [String: Int] = [:]

    init(_ labs: [Lab]) {
        let places = labs.enumerated().map { (place: $0.offset, lab: $0.element) }
        waiting = Dictionary(grouping: places, by: \.lab.node).mapValues { $0[...] }
    }

    /// The next lab, which is being read from now on; nil if none may be begun at present.
    mutating func next() -> Lab? {
        guard running.values.reduce(0, +) < Self.maximumCount else { return nil }
        let heads = waiting.filter { running[$0.key, default: 0] < Self.maximumCountPerNode }.compactMapValues(\.first)
        guard let (node, head) = heads.min(by: { $0.value.place < $1.value.place }) else { return nil }
        waiting[node]?.removeFirst()
        running[node, default: 0] += 1
        return head.lab
    }

    /// The reading of a lab has ended, one way or the other.
    mutating func ended(_ lab: Lab) {
        running[lab.node, default: 1] -= 1
    }
}
