import ServiceLifecycle

/// Where labs run, and what the gateways that serve them share.
public struct Backend: Sendable {
    let labs: any LabBackend
    let records: any UsageStore
    let replicas: any ReplicaGroup
    /// What keeps the others up to date; to be started before all that asks them.
    let services: [any Service]
}
