/// How this client calls itself; it ends up in the API server's audit log.
enum UserAgent {
    static let value = "labgate"
}
