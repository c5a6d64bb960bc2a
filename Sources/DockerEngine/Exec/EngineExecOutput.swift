public import Upstream

/// A piece of what the program wrote.
public typealias EngineExecOutput = ProgramOutput
