public import Upstream

/// A piece of what the command wrote.
public typealias ExecOutput = ProgramOutput
