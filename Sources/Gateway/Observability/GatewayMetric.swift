/// What the gateway measures of itself. Labels tell of courses, and of no student: whoever may look at metrics need not be
/// somebody who may know who was there.
public enum GatewayMetric: String, CaseIterable, Sendable {
    case connectionsOpen = "labgate_connections_open"
    case connections = "labgate_connections_total"
    case authenticationAttempts = "labgate_authentication_attempts_total"
    case labSessionsOpen = "labgate_lab_sessions_open"
    case labSessions = "labgate_lab_sessions_total"
    case labStarts = "labgate_lab_starts_total"
    case labReadySeconds = "labgate_lab_ready_seconds"
    case labsStopped = "labgate_labs_stopped_total"
    case refusals = "labgate_refusals_total"
    case waiting = "labgate_waiting"
    case relayedBytes = "labgate_relayed_bytes_total"
    case forwardingsOpen = "labgate_forwardings_open"
    case forwardings = "labgate_forwardings_total"
    case activityWrites = "labgate_activity_writes_total"
    case sweepSeconds = "labgate_sweep_seconds"

    /// The labels of each series, in alphabetical order.
    public var labels: [String] {
        switch self {
        case .connectionsOpen, .connections, .sweepSeconds: []
        case .authenticationAttempts: ["method", "outcome"]
        case .labSessionsOpen, .waiting, .forwardingsOpen: ["course"]
        case .labSessions: ["course", "end"]
        case .labStarts, .forwardings: ["course", "outcome"]
        case .labReadySeconds: ["course", "start"]
        case .labsStopped: ["reason"]
        case .refusals: ["course", "limit"]
        case .relayedBytes: ["direction"]
        case .activityWrites: ["outcome"]
        }
    }

    /// What it means, in a sentence or two.
    public var help: String {
        switch self {
        case .connectionsOpen: "SSH connections to this gateway, those that have not logged in yet included."
        case .connections: "SSH connections that this gateway has accepted."
        case .authenticationAttempts:
            "Passwords and signatures that were shown, by method (password, publickey, keyboard-interactive) and outcome (granted, refused)."
        case .labSessionsOpen:
            "Shells, commands and subsystems that run or wait for their lab, the gateway's own included."
        case .labSessions:
            "Lab sessions that have ended: ok (status 0), failed (another status or a signal), gone (the client went "
                + "first), refused (a limit or a mistake), stopped (by a rule, or with the lab), gateway_fault."
        case .labStarts:
            "Waits for a lab that was not ready: ready, failed, refused, gone (nobody waited any more)."
        case .labReadySeconds:
            "Time from the request for a lab session to its lab being ready; start is warm if the lab was there, or cold. "
                + "Waiting for a place in the course counts."
        case .labsStopped:
            "Labs that this gateway has stopped, by reason: idle, age, budget, suspended, orphan, unstarted, asked, reset."
        case .refusals:
            "Lab sessions and forwarded connections that a limit has refused: connections, lab_sessions, labs, "
                + "connected_time, lab_time, cpu_time, opening_hours, exam, hold_down."
        case .waiting: "Logins at this gateway that wait for a place in their course or in the cluster."
        case .relayedBytes:
            "Bytes between clients and labs, those of forwarded connections included, by direction (to_lab, to_client)."
        case .forwardingsOpen: "Forwarded connections that stand or are being made."
        case .forwardings: "Forwarded connections that have ended: ok, refused, gone (the client went first)."
        case .activityWrites: "Marks of activity on labs' pods, by outcome (written, failed)."
        case .sweepSeconds: "Time that the elected gateway has taken to look at all labs."
        }
    }
}
