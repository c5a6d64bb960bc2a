/// The document of a course or a student, in the middle of being read: what all documents have is known, the `spec` is
/// still to be read, once.
struct ClassroomDocument {
    /// Where documents come from.
    enum Origin {
        /// Files that people write.
        case folder
        /// The Kubernetes API, which adds to what people write.
        case cluster
    }

    /// The one version of the schema so far.
    static let apiVersion = "labgate.dev/v1alpha1"

    /// What it describes.
    let kind: DocumentKind
    /// Its name; nil if a problem with it was reported.
    let name: String?
    /// Reads the document.
    let reader: DocumentReader

    /// Where it begins.
    var location: SourceLocation { reader.location }

    /// Reads what all documents have; nil, with the problem reported, if there is no sense in reading on.
    init?(_ field: Field, origin: Origin) {
        guard let reader = DocumentReader(field) else { return nil }
        let version = reader.required("apiVersion", .string)
        if let version, version != Self.apiVersion {
            reader.report("\(version) is not known; this labgate reads \(Self.apiVersion)", at: "apiVersion")
            return nil
        }
        guard let kind = reader.required("kind", FieldType<DocumentKind>.oneOf) else { return nil }
        self.name = reader.required("metadata", .object { Self.name(reading: $0, kind, origin) })
        self.kind = kind
        self.reader = reader
        if origin == .cluster { reader.allowOtherKeys() }
    }

    /// Reads the `spec` of a course.
    func course() -> Course? {
        spec { Course(name: name ?? "", source: location, reading: $0) }
    }

    /// Reads the `spec` of a student.
    func student() -> Student? {
        spec { Student(name: name ?? "", source: location, reading: $0) }
    }

    private func spec<Entity>(_ schema: @escaping (DocumentReader) -> Entity?) -> Entity? {
        let entity = reader.required("spec", .object(schema))
        reader.reportUnknownKeys()
        return entity
    }

    private static func name(reading metadata: DocumentReader, _ kind: DocumentKind, _ origin: Origin) -> String? {
        switch origin {
        case .folder:
            _ = metadata.optional("labels", .map(of: .string))
            _ = metadata.optional("annotations", .map(of: .string))
        case .cluster: metadata.allowOtherKeys()
        }
        switch kind {
        case .course: return metadata.required("name", .dnsLabel)
        case .student: return metadata.required("name", .studentName)
        }
    }
}
