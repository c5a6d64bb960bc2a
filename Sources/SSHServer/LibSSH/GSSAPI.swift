import CLibSSH

/// Tells libssh that this machine has no GSSAPI mechanism.
///
/// libssh 0.10 to 0.12 answer `gssapi-with-mic` by themselves, offered or not: before any authentication, on the event
/// loop's thread, they read Kerberos' files and may look up a host name. An empty set of mechanisms (RFC 2744 §5.16)
/// makes them refuse at once. The dynamic linker finds this symbol before libgssapi's because it is in the executable.
/// libssh frees the set with `gss_release_oid_set`, hence the C allocation.
@_cdecl("gss_indicate_mechs")
public func gssIndicateMechs(
    _ minorStatus: UnsafeMutablePointer<UInt32>?,
    _ mechanisms: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> UInt32 {
    unsafe minorStatus?.pointee = 0
    unsafe mechanisms?.pointee = calloc(1, MemoryLayout<labgate_gss_oid_set>.size)
    return 0  // GSS_S_COMPLETE
}
