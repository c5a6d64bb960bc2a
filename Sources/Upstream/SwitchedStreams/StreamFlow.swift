import NIOCore
import Synchronization

/// Where the event loop of a connection and the tasks that use its stream meet.
///
/// One lock guards everything; it is held for a few instructions, and continuations are resumed outside of it.
/// Output is bounded by not reading the socket while the consumer lags; input by suspending writers while the
/// kernel takes no more.
package final class StreamFlow<Ending: Sendable>: Sendable {
    /// What the consumer finds.
    enum Take {
        /// A piece of output; if told so, the socket is to be read again.
        case output(ProgramOutput, resumesReading: Bool)
        /// Nothing yet.
        case wait
        /// All was taken and no more comes.
        case end
    }

    /// Whether a writer may send.
    enum Reservation {
        case granted
        case wait
        case closed
    }

    /// What becomes of a consumer that is ready to wait.
    private enum Turn {
        case served(ProgramOutput?, resumesReading: Bool)
        case waiting(inPlaceOf: CheckedContinuation<ProgramOutput?, Never>?)
    }

    private struct State {
        var output = CircularBuffer<ProgramOutput>()
        var outputBytes = 0
        var isReadingPaused = false
        var consumer: CheckedContinuation<ProgramOutput?, Never>?
        /// Who waits for a sign of the stream, without taking anything.
        var watcher: AsyncStream<Never>.Continuation?
        var inputBytes = 0
        var isInputClosed = false
        var writers: [CheckedContinuation<Void, Never>] = []
        var ending: Ending?

        /// Keeps a piece, unless the consumer waits for it.
        ///
        /// - Returns: whom to tell.
        mutating func push(
            _ piece: ProgramOutput
        ) -> (CheckedContinuation<ProgramOutput?, Never>?, AsyncStream<Never>.Continuation?) {
            guard ending == nil else { return (nil, nil) }
            if let consumer = consumer.take() { return (consumer, nil) }
            output.append(piece)
            outputBytes += piece.byteCount
            return (nil, watcher.take())
        }

        /// The next piece, joined with those of the same stream that have piled up behind it, up to this many bytes.
        mutating func popOutput(upTo byteCount: Int) -> ProgramOutput? {
            guard var piece = output.popFirst() else { return nil }
            while let next = output.first, piece.byteCount + next.byteCount <= byteCount, piece.append(next) {
                output.removeFirst()
            }
            outputBytes -= piece.byteCount
            return piece
        }
    }

    private let bounds: StreamBounds
    private let state = Mutex(State())

    /// A flow in which nothing has come yet.
    package init(bounds: StreamBounds) {
        self.bounds = bounds
    }

    /// How the stream ended, once all output before that was taken.
    package var ending: Ending? {
        state.withLock { $0.output.isEmpty ? $0.ending : nil }
    }

    /// The number of bytes of output that the consumer has not taken yet.
    package var outputBytes: Int { state.withLock { $0.outputBytes } }
}

// MARK: - Event loop side

extension StreamFlow {
    /// Hands output to the waiting consumer, or keeps it.
    package func deliver(_ output: ProgramOutput) {
        let (consumer, watcher) = state.withLock { $0.push(output) }
        consumer?.resume(returning: output)
        watcher?.finish()
    }

    /// True if the socket is to be read; if false, the consumer will ask for it when it has caught up.
    package func permitReading() -> Bool {
        state.withLock { state in
            state.isReadingPaused = state.outputBytes >= bounds.outputHighWatermark
            return !state.isReadingPaused
        }
    }

    /// True while the socket isn't read because the consumer lags.
    package var isReadingPaused: Bool {
        state.withLock { $0.isReadingPaused }
    }

    /// The kernel has taken this much input.
    func inputAccepted(byteCount: Int) {
        let writers = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.inputBytes -= byteCount
            guard state.inputBytes <= bounds.inputLowWatermark else { return [] }
            return exchange(&state.writers, with: [])
        }
        for writer in writers { writer.resume() }
    }

    /// Ends the stream; of several endings the first counts. Output already delivered stays to be taken.
    package func end(_ ending: Ending) {
        let (consumer, watcher, writers) = state.withLock { state in
            if state.ending == nil { state.ending = ending }
            return (state.consumer.take(), state.watcher.take(), exchange(&state.writers, with: []))
        }
        // A consumer waits only while there is no output.
        consumer?.resume(returning: nil)
        watcher?.finish()
        for writer in writers { writer.resume() }
    }
}

// MARK: - Task side

extension StreamFlow {
    /// Finishes as soon as there is output to take, or the end. Of several watchers only the last is served.
    func sign() -> AsyncStream<Never> {
        let (sign, watcher) = AsyncStream.makeStream(of: Never.self)
        let previous = state.withLock { state in
            let isThere = !state.output.isEmpty || state.ending != nil
            return isThere ? watcher : exchange(&state.watcher, with: watcher)
        }
        previous?.finish()
        return sign
    }

    /// Takes the next piece of output, if there is one.
    func takeOutput() -> Take {
        state.withLock { state in
            guard let output = state.popOutput(upTo: bounds.outputPieceBytes) else {
                return state.ending == nil ? .wait : .end
            }
            return .output(output, resumesReading: resumeReading(&state))
        }
    }

    /// Resumes the continuation with the next piece of output, or with nil at the end. A consumer that waits
    /// already gets nil, as only one may wait.
    ///
    /// - Returns: True if the socket is to be read again.
    func awaitOutput(_ consumer: CheckedContinuation<ProgramOutput?, Never>) -> Bool {
        // Output, or the end, may have come since the consumer looked.
        let turn = state.withLock { state -> Turn in
            if let output = state.popOutput(upTo: bounds.outputPieceBytes) {
                return .served(output, resumesReading: resumeReading(&state))
            }
            guard state.ending == nil else { return .served(nil, resumesReading: false) }
            return .waiting(inPlaceOf: exchange(&state.consumer, with: consumer))
        }
        switch turn {
        case .served(let output, let resumesReading):
            consumer.resume(returning: output)
            return resumesReading
        case .waiting(let previous):
            previous?.resume(returning: nil)
            return false
        }
    }

    /// Notes that the socket is to be read again, if it wasn't for lack of room and now there is enough.
    private func resumeReading(_ state: inout State) -> Bool {
        guard state.isReadingPaused, state.outputBytes <= bounds.outputLowWatermark else { return false }
        state.isReadingPaused = false
        return true
    }

    /// Asks for room for this many bytes of input; one message is granted whatever its size once there is any room.
    func reserveInput(byteCount: Int, closesInput: Bool) -> Reservation {
        state.withLock { state in
            guard state.ending == nil, !state.isInputClosed else { return .closed }
            // Who came first goes first.
            guard state.inputBytes < bounds.inputHighWatermark, state.writers.isEmpty else { return .wait }
            state.inputBytes += byteCount
            state.isInputClosed = closesInput
            return .granted
        }
    }

    /// Resumes the continuation as soon as it is worth asking for room again.
    func awaitInputRoom(_ writer: CheckedContinuation<Void, Never>) {
        let isReady = state.withLock { state in
            if state.ending != nil || state.inputBytes <= bounds.inputLowWatermark { return true }
            state.writers.append(writer)
            return false
        }
        if isReady { writer.resume() }
    }
}
