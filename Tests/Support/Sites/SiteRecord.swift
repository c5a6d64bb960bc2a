/// Something that gateways have noted, as its site keeps it.
struct SiteRecord {
    /// The student or the course that it is about.
    let owner: String
    /// JSON.
    let text: String
    /// The object that keeps it, where that is one of its own.
    let object: String
}
