import Kubernetes
import Upstream

extension ExecStream: LabProgram {
    var endsInput: Bool { supportsHalfClose }

    var end: ProgramEnd {
        switch result {
        case .exited(let code): .exited(code: code)
        case .failed(let status): .failed(status.message ?? status.reason ?? "no reason given")
        case .lost(let reason): .lost(reason)
        }
    }

    func closeInput() async throws { try await closeStdin() }
}
