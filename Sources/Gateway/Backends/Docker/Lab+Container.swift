import DockerEngine
import Foundation

extension Lab {
    /// The lab that a container is.
    ///
    /// - Parameters:
    ///   - stored: what was written on it; nil if nothing was.
    ///   - work: what this gateway is doing with it.
    ///   - prefix: what its name has before the lab's.
    init(_ container: Container, _ stored: StoredRecord?, _ work: ContainerWork?, prefix: String = "") {
        let note = stored?.text.map { try? ContainerNote(text: $0) } ?? ContainerNote()
        var marks = note?.marks ?? ActivityMarks()
        // Nobody but a later labgate writes what cannot be read.
        if note == nil { marks.unreadable = Set(ActivityMark.allCases) }
        let (state, created) = (container.state, container.createdAt ?? .distantPast)
        self.init(
            name: container.name.hasPrefix(prefix) ? String(container.name.dropFirst(prefix.count)) : container.name,
            uid: container.id,
            version: "\(state.status)/\(stored?.version ?? "")/\(work.map { "\($0)" } ?? "")",
            student: container.labels[ContainerLabel.student], course: container.labels[ContainerLabel.course],
            specHash: container.labels[ContainerLabel.specHash], created: created, node: Self.host,
            state: LabState(container, note, work), hasStarted: state.startedAt != nil,
            runEnd: state.hasEnded ? (state.isOutOfMemory ? .outOfMemory : .other) : nil,
            failure: state.status == "dead" ? state.error : nil, marks: marks, stop: note?.stop,
            ending: LabEnding(container, work))
    }

    /// All labs run here.
    static let host = "this host"
}

extension LabState {
    fileprivate init(_ container: Container, _ note: ContainerNote?, _ work: ContainerWork?) {
        let state = container.state
        if case .ending = work {
            self = .terminating
        } else if note?.stop != nil || state.isBeingEnded {
            self = .terminating
        } else if case .starting = work {
            self = .starting(state.isRunning ? .mounting(nil) : .starting)
        } else if note?.isUnfinished == true {
            self = .ended
        } else if state.isRunning, state.status != "paused" {
            self = .ready
        } else if state.hasFailedAtOnce {
            self = .doomed(
                LabError(
                    cause: "The lab ends as soon as it starts (exit code \(state.exitCode))",
                    advice: LabError.askStaff))
        } else {
            switch state.status {
            case "paused": self = .unschedulable("somebody has paused its container")
            case "restarting": self = .starting(.starting)
            // Made, and not started: whoever made it is gone.
            default: self = .ended
            }
        }
    }
}

extension LabEnding {
    /// - Returns: nil if its deletion was not asked for.
    fileprivate init?(_ container: Container, _ work: ContainerWork?) {
        if case .ending(let due) = work {
            self.init(due: due, isNodeLost: false)
        } else if container.state.status == "removing" {
            self.init(due: container.state.finishedAt ?? container.createdAt ?? .distantPast, isNodeLost: false)
        } else {
            return nil
        }
    }
}

extension ContainerState {
    /// A run that fails so soon will fail the next time as well.
    private static let shortestRunSeconds: TimeInterval = 5
    /// 128 and SIGTERM, or SIGKILL: somebody has ended it.
    private static let endedByOthers: Set = [137, 143]

    /// Whether it has run and does not any more.
    var hasEnded: Bool { ["exited", "stopped", "dead"].contains(status) }

    /// Whether somebody is just ending it. Podman says `stopped` for a moment and then `exited`.
    fileprivate var isBeingEnded: Bool { ["stopping", "removing"].contains(status) }

    fileprivate var hasFailedAtOnce: Bool {
        guard hasEnded, exitCode != 0, !Self.endedByOthers.contains(exitCode), !isOutOfMemory,
            let startedAt, let finishedAt
        else { return false }
        return finishedAt.timeIntervalSince(startedAt) < Self.shortestRunSeconds
    }
}
