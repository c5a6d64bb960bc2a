public import Upstream

/// The bounds and intervals of streams to pods. The defaults suit clusters from 1.20 to 1.36; tests shorten them.
public struct PodStreamConfiguration: Sendable {
    /// What all streams are bounded by.
    public var bounds = StreamBounds()
    /// How often a WebSocket ping is sent while nothing comes from the server. The shortest idle limit seen in front of
    /// API servers is 20 s.
    public var pingInterval: Duration = .seconds(15)
    /// After how many ping intervals without a single byte from the server the stream is given up, provided that
    /// the server has read all our input: while the container doesn't read its stdin, no pong can come.
    public var unansweredPingLimit = 4
    /// After how long without an acknowledgement by TCP a silent server that has not read all our input is given up. One
    /// that lives acknowledges the kernel's probes of its closed window, which are 120 s apart at most, and of which one may
    /// be lost.
    public var acknowledgementLimit: Duration = .seconds(300)
    /// After how long without a data message a harmless one is sent. The API server cuts a stream after 4 h
    /// without one, and pings don't count.
    public var dataIdleInterval: Duration = .seconds(3600)
    /// How long the connection may stay open after the status message before the stream is ended from our side.
    public var closeTimeout: Duration = .seconds(5)
    /// The largest frame taken from the server, in bytes. API servers send at most 32 KiB.
    public var maximumFrameBytes = 1 << 20
    /// The largest status message taken, in bytes.
    public var maximumStatusBytes = 64 << 10

    /// The defaults.
    public init() {}
}
