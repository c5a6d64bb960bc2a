import Foundation
import NIOCore
import NIOWebSocket
import Upstream

/// Reads an exec's messages: its output as it comes, and its status, collected up to a bound.
struct ExecMessageDecoder: PodStreamDecoder {
    private let maximumStatusBytes: Int
    private var reader = MessageReader()
    private var statusBytes: [UInt8] = []
    private var status: Status?

    init(maximumStatusBytes: Int) {
        self.maximumStatusBytes = maximumStatusBytes
    }

    mutating func decode(_ frame: WebSocketFrame) -> PodStreamEvent {
        switch reader.read(frame) {
        case .event(let event): event
        case .data(ExecChannel.stdout, let data): .output(.stdout(Array(data.readableBytesView)))
        case .data(ExecChannel.stderr, let data): .output(.stderr(Array(data.readableBytesView)))
        case .data(ExecChannel.status, let data): decodeStatus(data)
        case .data: .nothing
        }
    }

    /// Success counts only if the server said so: "exit code 0" from a cut connection is the worst of answers.
    func result(otherwise: String) -> ExecResult {
        guard let status else {
            return .lost(statusBytes.isEmpty ? otherwise : "\(otherwise); the status it sent can't be read")
        }
        if status.isSuccess { return .exited(code: 0) }
        if let code = status.exitCode, code > 0 { return .exited(code: code) }
        return .failed(status)
    }

    private mutating func decodeStatus(_ data: ByteBuffer) -> PodStreamEvent {
        guard statusBytes.count + data.readableBytes <= maximumStatusBytes else {
            return .violation("a status longer than \(maximumStatusBytes) bytes")
        }
        statusBytes += data.readableBytesView
        guard let status = try? JSONDecoder().decode(Status.self, from: Data(statusBytes)) else { return .nothing }
        self.status = status
        return .status
    }
}
