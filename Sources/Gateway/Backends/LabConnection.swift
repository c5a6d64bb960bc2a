/// A TCP connection to a port in a lab.
protocol LabConnection: Sendable {
    /// The next bytes from the lab, or nil at the end; as fast as they are taken.
    func read() async -> [UInt8]?
    /// Sends bytes to the lab, as fast as they are taken.
    func write(_ bytes: [UInt8]) async throws
    /// Returns when bytes have come or the connection has ended, in which case ``failure`` is known; takes nothing.
    func awaitSign() async
    /// Why there is no connection; nil while there is one, and if it has ended in good order.
    var failure: String? { get }
}
