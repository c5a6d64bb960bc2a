import Glibc

/// `open(2)`, by a name that is nobody else's.
func openFile(_ path: String, _ flags: CInt, _ mode: mode_t) -> CInt { open(path, flags, mode) }
