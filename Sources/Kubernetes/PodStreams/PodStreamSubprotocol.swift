/// The WebSocket subprotocols of streams to pods that this client speaks.
///
/// Both carry an exec's JSON status with the exit code. Version 5 (KEP-4006; on by default from Kubernetes 1.30) adds the
/// CLOSE signal for stdin.
enum PodStreamSubprotocol: String, CaseIterable {
    case v5 = "v5.channel.k8s.io"
    case v4 = "v4.channel.k8s.io"

    /// What the handshake offers, in one header: API servers from 1.30 choose v5, older ones pass the request on
    /// to the container runtime, which chooses v4.
    static let offer = allCases.map(\.rawValue).joined(separator: ", ")

    /// True if stdin can be ended while output goes on.
    var supportsHalfClose: Bool { self == .v5 }
}
