/// Keys of the labels that say whose a container is and what it was made from: the truth about labs on one host. They
/// cannot change after the container was made; what changes is in the records, see ``ContainerNote``.
enum ContainerLabel {
    static let managedBy = "app.kubernetes.io/managed-by"
    /// Which labgate's it is, where several have one engine.
    static let project = "labgate.dev/project"
    static let student = "labgate.dev/student"
    static let course = "labgate.dev/course"
    static let specHash = "labgate.dev/spec-hash"
    /// How much memory it was promised, in bytes.
    static let memoryRequest = "labgate.dev/memory-request"
    /// How many seconds its processes have to end when it is deleted.
    static let gracePeriod = "labgate.dev/grace-period"

    /// What containers have that do something about a home and go by themselves.
    static let helper = [managedBy: "labgate-helper"]
}
