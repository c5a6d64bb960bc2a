import Gateway
import SSHServer

/// Whether a login would be served, for those who decide where logins go.
struct Readiness: Sendable {
    let gateway: Gateway
    let server: SSHServer

    /// What is in the way, a sentence each; empty if nothing is.
    var obstacles: [String] {
        let phase: [String] =
            switch server.phase {
            case .starting: ["the gateway is starting and does not listen for SSH yet"]
            case .listening: []
            case .draining: ["the gateway is draining: nobody new gets in"]
            }
        return phase + gateway.obstacles
    }
}
