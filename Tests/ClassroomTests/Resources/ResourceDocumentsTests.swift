import Kubernetes
import Testing

@testable import Classroom

@Suite("Documents of resources")
struct ResourceDocumentsTests {
    private func student(
        _ name: String, uid: String = "1", generation: Int? = 1, version: String = "1"
    ) -> CustomResource {
        CustomResource(
            apiVersion: "labgate.dev/v1alpha1", kind: "Student",
            metadata: ObjectMeta(name: name, uid: uid, resourceVersion: version, generation: generation),
            spec: ["courses": ["c"]], status: ["state": .string(version)])
    }

    /// Whether each of these states of the students differs from the one before it, from none on.
    private func news(_ states: [CustomResource]...) -> [Bool] {
        var documents = ResourceDocuments()
        return states.map { documents.update(courses: [], students: $0) }
    }

    @Test("A change of a status alone is none")
    func status() {
        let before = [student("a"), student("b")]
        let after = [student("b", version: "2"), student("a", version: "3")]
        #expect(news(before, after) == [true, false])
    }

    @Test("What is new, changed, made anew or gone is noticed")
    func changes() {
        let states = news(
            [], [student("a")], [student("a", generation: 2)], [student("a", uid: "2", generation: 2)],
            [student("b", generation: 2)], [])
        #expect(states == [false, true, true, true, true, true])
    }

    @Test("Without a generation each version is another document")
    func withoutGeneration() {
        #expect(news([student("a", generation: nil)], [student("a", generation: nil, version: "2")]) == [true, true])
    }

    @Test("What is gone is not among the documents any more")
    func gone() {
        var documents = ResourceDocuments()
        _ = documents.update(courses: [], students: [student("a"), student("b")])
        _ = documents.update(courses: [], students: [student("b")])
        #expect(documents.all.map(\.reference.name) == ["b"])
    }
}
