extension Gateway {
    /// What keeps the gateway from serving a login, a sentence each; empty if nothing does.
    ///
    /// The cluster's absence later on does not count: labs that run go on being served from what is known of them, and a
    /// student who needs a new one is told what is the matter.
    public var obstacles: [String] {
        let advice = "is the API server, or the container engine, there, and may the gateway ask it?"
        return [
            source.isComplete ? nil : "the courses and students have not been read yet: \(advice)",
            backend.labs.isSynced ? nil : "the labs have not been read yet: \(advice)",
            backend.records.isSynced ? nil : "the records of usage have not been read yet: \(advice)",
        ].compactMap(\.self)
    }
}
