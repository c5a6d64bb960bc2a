import Classroom
import Foundation
import Logging
import SSHServer

/// What the gateway logs, and in which words. The connection's id, the student and the lab session are on the logger.
extension Logger {
    func connectionOpened(from remote: SocketAddress) {
        info("connection opened", metadata: ["remote": "\(remote)"])
    }

    func connectionClosed(_ reason: String) {
        info("connection closed", metadata: ["reason": "\(reason)"])
    }

    func authenticated(method: AuthenticationRequest.Method) {
        info("authenticated", metadata: ["method": "\(method.name)"])
    }

    func authenticationFailed(user: String, method: AuthenticationRequest.Method) {
        // Some type their password where the name belongs: an unknown name is not repeated at length.
        info("authentication failed", metadata: ["user": "\(user.prefix(64))", "method": "\(method.name)"])
    }

    func authenticatedInPart(user: String, method: AuthenticationRequest.Method) {
        info("authenticated in part; a code is needed", metadata: ["user": "\(user)", "method": "\(method.name)"])
    }

    /// Whoever sends a wrong code has the key or the password that `credential` names.
    func codeRefused(_ verdict: CodeVerdict, of student: String, after credential: String) {
        let metadata: Metadata = ["user": "\(student)", "credential": "\(credential)"]
        switch verdict {
        case .accepted: break
        case .wrong: notice("wrong code", metadata: metadata)
        case .usedBefore: notice("code was used before", metadata: metadata)
        case .paused(let end):
            let until: Metadata = ["until": "\(end.formatted(.iso8601))"]
            warning("too many wrong codes: the credential may be stolen", metadata: metadata.merging(until) { $1 })
        }
    }

    func codeNotChecked(_ student: String, _ error: any Error) {
        warning("code not checked", metadata: ["user": "\(student)", "cause": "\(error)"])
    }

    func labSessionStarted(_ request: SessionRequest, course: String) {
        info("lab session started", metadata: ["program": "\(request.program.name)", "course": "\(course)"])
    }

    func labReady(_ lab: Lab, after: Duration) {
        info("lab ready", metadata: ["lab": "\(lab.name)", "uid": "\(lab.uid)", "seconds": "\(after.seconds)"])
    }

    func labStage(_ stage: LabStage) {
        info("lab is starting", metadata: ["stage": "\(stage)"])
    }

    func labSessionEnded(_ report: ExitReport, after: Duration) {
        info("lab session ended", metadata: ["exit": "\(report)", "seconds": "\(after.seconds)"])
    }

    func labSessionFailed(_ cause: String) {
        warning("lab session failed", metadata: ["cause": "\(cause)"])
    }

    func forwardingRequested(_ request: ForwardingRequest) {
        let (host, port) = request.destination
        // The client's words, and not more of them than a host name has.
        info("forwarding requested", metadata: ["destination": "\(host.prefix(255)):\(port)"])
    }

    func forwardingRefused(_ reason: String) {
        info("forwarding refused", metadata: ["reason": "\(reason)"])
    }

    func forwardingEnded(after: Duration) {
        info("forwarding ended", metadata: ["seconds": "\(after.seconds)"])
    }

    func portForwardNotPossible(_ cause: String) {
        warning("no port-forward, trying a command in the lab", metadata: ["cause": "\(cause)"])
    }

    func recordNotWritten(_ record: String, _ error: any Error) {
        warning("record not written", metadata: ["record": "\(record)", "cause": "\(error)"])
    }

    func activityNotWritten(_ lab: String, _ error: any Error) {
        warning("activity not written", metadata: ["lab": "\(lab)", "cause": "\(error)"])
    }

    func marksMended(_ lab: String, _ marks: Set<ActivityMark>) {
        warning(
            "marks of activity could not be true and begin anew",
            metadata: ["lab": "\(lab)", "marks": "\(marks.map(\.rawValue).sorted().joined(separator: ", "))"])
    }

    func statusNotWritten(_ resource: String, _ error: any Error) {
        warning("status not written", metadata: ["resource": "\(resource)", "cause": "\(error)"])
    }

    func eventNotWritten(_ lab: String, _ error: any Error) {
        info("event not written", metadata: ["lab": "\(lab)", "cause": "\(error)"])
    }

    func labStopped(_ lab: Lab, _ reason: String) {
        notice(
            "lab stopped",
            metadata: [
                "lab": "\(lab.name)", "uid": "\(lab.uid)", "student": "\(lab.student ?? "")",
                "course": "\(lab.course ?? "")", "reason": "\(reason)",
            ])
    }

    func labGivenUp(_ lab: Lab, isNodeLost: Bool) {
        warning(
            "a lab did not end and was given up",
            metadata: [
                "lab": "\(lab.name)", "uid": "\(lab.uid)", "node": "\(lab.node)",
                "reason": isNodeLost ? "the node does not answer" : "its time is long over",
            ])
    }

    func holdingsRestored(_ count: Int, refused: Int, of student: String) {
        notice(
            "this gateway was taken for dead; what it holds is noted again",
            metadata: ["student": "\(student)", "restored": "\(count)", "refused": "\(refused)"])
    }

    func replicaBuried(_ dead: DeadReplica) {
        notice("a gateway has died; what it held is closed", metadata: ["replica": "\(dead.identity)"])
    }

    func swept(labs: Int, in duration: Duration) {
        debug("sweep", metadata: ["labs": "\(labs)", "milliseconds": "\(Int(duration.seconds * 1000))"])
    }

    func sweepFailed(_ what: String, _ error: any Error) {
        warning("sweep failed", metadata: ["lab": "\(what)", "cause": "\(error)"])
    }

    func labSessionEnding(_ use: LabUse, _ reason: LabSessionFailure) {
        notice("ending a lab session", metadata: ["session": "\(use.id)", "reason": "\(reason)"])
    }

    func labCommandFailed(_ purpose: String, _ cause: String) {
        warning("command in the lab failed", metadata: ["purpose": "\(purpose)", "cause": "\(cause)"])
    }
}

extension AuthenticationRequest.Method {
    /// As SSH calls it.
    var name: String {
        switch self {
        case .none: "none"
        case .password: "password"
        case .keyboardInteractive, .answers: "keyboard-interactive"
        case .publicKey, .publicKeyOffer: "publickey"
        case .unsupported: "unsupported"
        }
    }
}

extension SessionRequest.Program {
    fileprivate var name: String {
        switch self {
        case .shell: "shell"
        case .exec: "exec"
        case .subsystem(let name): "subsystem \(name)"
        }
    }
}

extension Duration {
    /// With milliseconds, for people and for JSON.
    fileprivate var seconds: Double {
        let (seconds, attoseconds) = components
        return (Double(seconds) * 1000 + Double(attoseconds / 1_000_000_000_000_000)).rounded() / 1000
    }
}
