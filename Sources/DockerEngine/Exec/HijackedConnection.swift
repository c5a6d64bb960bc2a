import NIOCore

/// A connection that has become a program's streams: its end on the event loop, and its end for tasks.
struct HijackedConnection: Sendable {
    var handler: NIOLoopBound<HijackedChannelHandler>
    var flow: EngineExecFlow

    /// Runs an action of the handler on its event loop, in the order of the calls.
    func onEventLoop(_ action: @escaping @Sendable (HijackedChannelHandler) -> Void) {
        handler.eventLoop.execute { [handler] in action(handler.value) }
    }
}
