import Logging

/// What the server logs, and in which words.
extension Logger {
    func listening(on address: SocketAddress) {
        info("listening for SSH", metadata: ["address": "\(address)", "libssh": "\(LibSSH.version)"])
    }

    func refusedStartup(_ connection: ConnectionInfo) {
        warning(
            "connection refused: too many are not authenticated yet",
            metadata: ["connection": "\(connection.id)", "remote": "\(connection.remote)"])
    }
}
