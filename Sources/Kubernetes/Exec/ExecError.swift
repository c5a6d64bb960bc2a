public import Upstream

/// Why something could not be sent on an exec stream.
public typealias ExecError = StreamInputError
