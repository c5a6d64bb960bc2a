public import Upstream

/// Why something could not be sent to an exec.
public typealias EngineExecError = StreamInputError
