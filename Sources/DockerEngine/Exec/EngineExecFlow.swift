import NIOCore
import Synchronization

/// Where the event loop of a connection and the tasks that use its stream meet.
///
/// One lock guards everything; it is held for a few instructions, and continuations are resumed outside of it. Output
/// is bounded by not reading the socket while the consumer lags; input by suspending writers while the kernel takes no
/// more.
final class EngineExecFlow: Sendable {
    /// What the consumer finds.
    enum Take {
        /// A piece of output; if told so, the socket is to be read again.
        case output(EngineExecOutput, resumesReading: Bool)
        /// Nothing yet.
        case wait
        /// All was taken and no more comes; this is how the connection ended.
        case end(StreamEnding)
    }

    /// Whether a writer may send.
    enum Reservation {
        case granted
        case wait
        case closed
    }

    private struct State {
        var output = CircularBuffer<EngineExecOutput>()
        var outputBytes = 0
        var isReadingPaused = false
        var consumer: CheckedContinuation<Void, Never>?
        var inputBytes = 0
        var isInputClosed = false
        var writers: [CheckedContinuation<Void, Never>] = []
        var ending: StreamEnding?
        var result: EngineExecResult?

        /// The next piece, joined with those of the same stream that have piled up behind it, up to this many bytes.
        mutating func popOutput(upTo byteCount: Int) -> EngineExecOutput? {
            guard var piece = output.popFirst() else { return nil }
            while let next = output.first, piece.byteCount + next.byteCount <= byteCount, piece.append(next) {
                output.removeFirst()
            }
            outputBytes -= piece.byteCount
            return piece
        }
    }

    private let configuration: EngineExecConfiguration
    private let state = Mutex(State())

    init(configuration: EngineExecConfiguration) {
        self.configuration = configuration
    }

    /// How the exec ended, once that was found out.
    var result: EngineExecResult? { state.withLock { $0.result } }

    /// Notes how the exec ended; of several results the first counts.
    func settle(_ result: EngineExecResult) {
        state.withLock { if $0.result == nil { $0.result = result } }
    }
}

// MARK: - Event loop side

extension EngineExecFlow {
    /// Keeps output for the consumer, and wakes it if it waits.
    func deliver(_ output: EngineExecOutput) {
        let consumer = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.ending == nil else { return nil }
            state.output.append(output)
            state.outputBytes += output.byteCount
            return state.consumer.take()
        }
        consumer?.resume()
    }

    /// True if the socket is to be read; if false, the consumer will ask for it when it has caught up.
    func permitReading() -> Bool {
        state.withLock { state in
            state.isReadingPaused = state.outputBytes >= configuration.outputHighWatermark
            return !state.isReadingPaused
        }
    }

    /// True while the socket isn't read because the consumer lags.
    var isReadingPaused: Bool { state.withLock { $0.isReadingPaused } }

    /// The number of bytes of output that the consumer has not taken yet.
    var outputBytes: Int { state.withLock { $0.outputBytes } }

    /// The kernel has taken this much input.
    func inputAccepted(byteCount: Int) {
        let writers = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.inputBytes -= byteCount
            guard state.inputBytes <= configuration.inputLowWatermark else { return [] }
            return exchange(&state.writers, with: [])
        }
        for writer in writers { writer.resume() }
    }

    /// Ends the stream; of several endings the first counts. Output already delivered stays to be taken.
    func end(_ ending: StreamEnding) {
        let (consumer, writers) = state.withLock { state in
            if state.ending == nil { state.ending = ending }
            return (state.consumer.take(), exchange(&state.writers, with: []))
        }
        consumer?.resume()
        for writer in writers { writer.resume() }
    }
}

// MARK: - Task side

extension EngineExecFlow {
    /// Takes the next piece of output, if there is one.
    func takeOutput() -> Take {
        state.withLock { state in
            guard let output = state.popOutput(upTo: configuration.outputPieceBytes) else {
                return state.ending.map(Take.end) ?? .wait
            }
            // The socket isn't read for lack of room, and now there is enough.
            let resumesReading = state.isReadingPaused && state.outputBytes <= configuration.outputLowWatermark
            if resumesReading { state.isReadingPaused = false }
            return .output(output, resumesReading: resumesReading)
        }
    }

    /// Resumes the continuation as soon as it is worth taking output. Only one consumer may wait; an earlier one is
    /// resumed.
    func awaitOutput(_ consumer: CheckedContinuation<Void, Never>) {
        let resumed = state.withLock { state -> CheckedContinuation<Void, Never>? in
            // Output, or the end, may have come since the consumer looked.
            if !state.output.isEmpty || state.ending != nil { return consumer }
            return exchange(&state.consumer, with: consumer)
        }
        resumed?.resume()
    }

    /// Asks for room for this many bytes of input; one piece is granted whatever its size once there is any room.
    func reserveInput(byteCount: Int, closesInput: Bool) -> Reservation {
        state.withLock { state in
            guard state.ending == nil, !state.isInputClosed else { return .closed }
            // Who came first goes first.
            guard state.inputBytes < configuration.inputHighWatermark, state.writers.isEmpty else { return .wait }
            state.inputBytes += byteCount
            state.isInputClosed = closesInput
            return .granted
        }
    }

    /// Resumes the continuation as soon as it is worth asking for room again.
    func awaitInputRoom(_ writer: CheckedContinuation<Void, Never>) {
        let isReady = state.withLock { state in
            if state.ending != nil || state.inputBytes <= configuration.inputLowWatermark { return true }
            state.writers.append(writer)
            return false
        }
        if isReady { writer.resume() }
    }
}
