import Kubernetes

extension Gateway {
    /// What keeps the gateway from serving a login, a sentence each; empty if nothing does.
    ///
    /// The cluster's absence later on does not count: labs that run go on being served from what is known of them, and a
    /// student who needs a new one is told what is the matter.
    public var obstacles: [String] {
        let advice = "is the API server there, and may the gateway list and watch them?"
        return [
            source.isComplete ? nil : "the courses and students have not been read yet: \(advice)",
            outlook.pods.isSynced ? nil : "the pods of the labs have not been read yet: \(advice)",
            leases.isSynced ? nil : "the leases have not been read yet: \(advice)",
        ].compactMap(\.self)
    }
}
