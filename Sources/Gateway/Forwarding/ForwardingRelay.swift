import SSHServer
import Synchronization

/// The joint of one forwarded connection that leads to a port of the lab: bytes both ways, until one side has ended.
///
/// Backpressure is as in `Relay`: one piece in hand for each direction.
struct ForwardingRelay: Sendable {
    let channel: ClientChannel
    let stream: any LabConnection
    let use: LabUse

    /// The lab cannot be told that the client will send no more, and most clients send their end of input when they want
    /// nothing more, either. After so many seconds without a byte from the lab, the connection is closed.
    private static let lingerSeconds = 5

    /// Pieces that have come from the lab.
    private let received = Counter()

    private final class Counter: Sendable {
        let value = Atomic(0)
    }

    /// Passes bytes on until one side has ended.
    func run() async {
        await withTaskGroup { pumps in
            pumps.addTask { await pumpInput() }
            pumps.addTask { await pumpOutput() }
            pumps.addTask { while await channel.nextEvent() != nil {} }
            pumps.addTask { _ = await use.ended() }
            await pumps.next()
            pumps.cancelAll()
        }
    }

    private func pumpInput() async {
        while let bytes = await channel.read() {
            use.noteInput(byteCount: bytes.count)
            guard (try? await stream.write(bytes)) != nil else { return }
        }
        var silentSeconds = 0
        while silentSeconds < Self.lingerSeconds {
            let count = received.value.load(ordering: .relaxed)
            guard (try? await Task.sleep(for: .seconds(1))) != nil else { return }
            silentSeconds = count == received.value.load(ordering: .relaxed) ? silentSeconds + 1 : 0
        }
    }

    private func pumpOutput() async {
        while let bytes = await stream.read() {
            received.value.add(1, ordering: .relaxed)
            use.noteOutput(byteCount: bytes.count)
            guard (try? await channel.write(bytes)) != nil else { return }
        }
    }
}
