/// What one version of a resource says by itself. Kept from one assembly to the next: only what changed is read.
struct ResourceReading<Entity: Sendable>: Sendable {
    /// Which object of the cluster.
    let uid: String
    /// Which version of it.
    let generation: String
    /// What it says; nil if it is wrong.
    let entity: Entity?
    /// What could be read of it, be it that the rest is wrong: nothing to put into force.
    let draft: Entity?
    /// What is wrong or odd, in order.
    let problems: [Problem]

    /// Reads a resource.
    init(_ resource: ResourceDocument, _ read: (ClassroomDocument) -> Entity?) {
        let problems = ProblemCollector()
        let file = SourceFile(path: resource.reference.description, text: resource.json, format: .json)
        let documents = file.documents(problems: problems)
        var entity: Entity?
        if documents.count == 1, let document = ClassroomDocument(documents[0], origin: .cluster) {
            if document.kind == resource.reference.kind {
                entity = read(document)
            } else {
                document.reader.report("must be \(resource.reference.kind.rawValue)", at: "kind")
            }
        } else if documents.count != 1, !problems.hasErrors {
            problems.report(Problem(.error, at: SourceLocation(file: file.path, line: nil), "must be one document"))
        }
        self.uid = resource.uid
        self.generation = resource.generation
        self.draft = entity
        self.entity = problems.hasErrors ? nil : entity
        self.problems = problems.problems.sorted()
    }

    /// Whether this is what a resource still says.
    func isCurrent(for resource: ResourceDocument) -> Bool {
        uid == resource.uid && generation == resource.generation
    }
}
