import NIOCore
import NIOWebSocket
import Upstream

/// Reads a port-forward's messages (`k8s.io/kubelet` `pkg/cri/streaming/portforward/websocket.go`): data on channel 0,
/// the reason why it failed on channel 1, and on both the port first.
struct PortForwardMessageDecoder: PodStreamDecoder {
    private enum Channel {
        static let data: UInt8 = 0
        static let error: UInt8 = 1
    }

    /// The port's number comes as two bytes.
    private static let portBytes = 2
    /// Longer reasons are cut.
    private static let maximumErrorBytes = 4096

    private var reader = MessageReader()
    /// What is still to come of the port's number, on each channel.
    private var missingPortBytes = [Self.portBytes, Self.portBytes]
    private var error: [UInt8] = []
    private var isClosed = false

    mutating func decode(_ frame: WebSocketFrame) -> PodStreamEvent {
        switch reader.read(frame) {
        case .event(let event):
            if case .close = event { isClosed = true }
            return event
        case .data(let channel, var data) where channel <= Channel.error:
            let skipped = min(missingPortBytes[Int(channel)], data.readableBytes)
            missingPortBytes[Int(channel)] -= skipped
            data.moveReaderIndex(forwardBy: skipped)
            guard data.readableBytes > 0 else { return .nothing }
            return channel == Channel.data ? .output(.stdout(Array(data.readableBytesView))) : fail(data)
        case .data:
            return .nothing
        }
    }

    /// The reason that the server gave; without one, a connection that the server has closed has ended in good order.
    func result(otherwise: String) -> ExecResult {
        guard error.isEmpty else { return .lost(String(decoding: error, as: UTF8.self)) }
        return isClosed ? .exited(code: 0) : .lost(otherwise)
    }

    private mutating func fail(_ data: ByteBuffer) -> PodStreamEvent {
        error += data.readableBytesView.prefix(Self.maximumErrorBytes - error.count)
        return .close("with an error")
    }
}
