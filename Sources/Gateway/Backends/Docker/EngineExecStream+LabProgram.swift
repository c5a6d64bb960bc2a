import DockerEngine
import Kubernetes

extension EngineExecStream: LabProgram {
    var endsInput: Bool { true }

    var end: ProgramEnd {
        switch result {
        case .exited(let code): .exited(code: code)
        case .failed(let error): .failed(error.message)
        case .lost(let reason): .lost(reason)
        }
    }

    func nextOutput() async -> ProgramOutput? {
        switch await nextOutput() as EngineExecOutput? {
        case .stdout(let bytes)?: .stdout(bytes)
        case .stderr(let bytes)?: .stderr(bytes)
        case nil: nil
        }
    }
}
