import Foundation
import Kubernetes

/// The documents of a cluster's resources, each kept while it says the same: to make one is work, and of ten thousand a
/// few change at a time. Changes of a status, which are many, are none here.
struct ResourceDocuments {
    private var courses: [String: ResourceDocument] = [:]
    private var students: [String: ResourceDocument] = [:]

    /// All of them, in no order.
    var all: [ResourceDocument] { Array(courses.values) + students.values }

    /// Takes over the resources as they are now.
    ///
    /// - Returns: whether any document is new, different or gone.
    mutating func update(courses: [CustomResource], students: [CustomResource]) -> Bool {
        let hasNewCourses = Self.update(&self.courses, courses, .course)
        let hasNewStudents = Self.update(&self.students, students, .student)
        return hasNewCourses || hasNewStudents
    }

    private static func update(
        _ documents: inout [String: ResourceDocument], _ resources: [CustomResource], _ kind: DocumentKind
    ) -> Bool {
        var hasChanged = false
        for resource in resources {
            if documents[resource.metadata.name]?.isCurrent(for: resource) == true { continue }
            documents[resource.metadata.name] = ResourceDocument(resource, kind: kind)
            hasChanged = true
        }
        // All that there are now are in, so there are more only if some have gone.
        guard documents.count > resources.count else { return hasChanged }
        let names = Set(resources.map(\.metadata.name))
        documents = documents.filter { names.contains($0.key) }
        return true
    }
}

extension ResourceDocument {
    fileprivate init(_ resource: CustomResource, kind: DocumentKind) {
        let document: JSONValue = [
            "apiVersion": .string(resource.apiVersion), "kind": .string(kind.rawValue),
            "metadata": ["name": .string(resource.metadata.name)], "spec": resource.spec,
        ]
        // Encoding what was decoded does not fail.
        let json = (try? JSONEncoder().encode(document)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        self.init(
            reference: ResourceReference(
                kind: kind, namespace: resource.metadata.namespace, name: resource.metadata.name),
            uid: resource.metadata.uid, generation: Self.generation(of: resource), json: json)
    }

    fileprivate func isCurrent(for resource: CustomResource) -> Bool {
        uid == resource.metadata.uid && generation == Self.generation(of: resource)
    }

    private static func generation(of resource: CustomResource) -> String {
        resource.metadata.generation.map(String.init) ?? resource.metadata.resourceVersion
    }
}
