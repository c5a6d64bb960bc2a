/// How our clients call themselves; it ends up in the logs of servers.
package enum UserAgent {
    /// The header's value.
    package static let value = "labgate"
}
