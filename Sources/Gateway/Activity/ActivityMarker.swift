import Foundation

/// Writes on a lab when it was last interacted with or has last worked, for all gateways to know.
struct ActivityMarker: Sendable {
    let backend: any LabBackend
    let metrics: GatewayMetrics

    /// - Returns: the lab as it is by now, perhaps about to end; nil if it is another one, or gone.
    /// - Throws: `BackendError` if it is not known to be written.
    @discardableResult
    func mark(_ lab: Lab, _ mark: ActivityMark, at date: Date) async throws(BackendError) -> Lab? {
        do throws(BackendError) {
            guard let marked = try await backend.note(.marks([mark: date]), on: lab, ifUnchanged: false) else {
                return nil
            }
            metrics.activityWritten(true)
            return marked
        } catch {
            metrics.activityWritten(false)
            throw error
        }
    }
}
