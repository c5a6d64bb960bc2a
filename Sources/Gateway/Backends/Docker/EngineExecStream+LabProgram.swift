import DockerEngine

extension EngineExecStream: LabProgram {
    var endsInput: Bool { true }

    var end: ProgramEnd {
        switch result {
        case .exited(let code): .exited(code: code)
        case .failed(let error): .failed(error.message)
        case .lost(let reason): .lost(reason)
        }
    }
}
