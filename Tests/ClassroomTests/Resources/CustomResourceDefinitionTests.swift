import Foundation
import Testing

@testable import Classroom

/// The schema has two homes: the code that reads documents, and the definitions of custom resources.
@Suite("Custom resource definitions")
struct CustomResourceDefinitionTests {
    static let course = """
        apiVersion: labgate.dev/v1alpha1
        kind: Course
        metadata: {name: c}
        spec:
          image: registry.example:5000/edu/gcc:14
          imagePullPolicy: IfNotPresent
          imagePullSecrets: [registry.example]
          shell: /bin/bash
          sftpServer: /usr/lib/sftp-server
          runAsUser: 2000
          runAsGroup: 2000
          runtimeClassName: gvisor
          userNamespaces: true
          resources: {cpu: 2, memory: 1.5Gi, ephemeralStorage: 2Gi,
            requests: {cpu: 500m, memory: 256Mi, ephemeralStorage: 1Gi}}
          sharedVolumes:
          - {name: book, mountPath: /mybackup, hostPath: /srv/book, readOnly: true}
          - {name: data, mountPath: /home/student/data, persistentVolumeClaim: data}
          - {name: conf, mountPath: /opt/conf, configMap: conf}
          - {name: far, mountPath: /far, nfs: {server: nas, path: /export}}
          home: {mountPath: /home/student, persistentVolumeClaim: {size: 2Gi, storageClassName: fast}}
          environment: {LEVEL: "3"}
          acceptEnvironment: [LANG, GIT_*]
          permitOpen: ["localhost:8080", "db.example:*"]
          startTimeout: 1m30s
          terminationGracePeriod: 1s
          idle: {labSession: 2h, lab: never, maximumAge: 24h, warnings: [10m, 1m], workKeepsLab: true,
            workFloor: 50m, forwardingFloor: 4096, restartGrace: 5m, holdDown: 0s}
          gatewayCommands: true
          capacity: 30
          timeZone: Europe/Berlin
          quotas: {connections: 16, labSessions: 64, labs: 4, connectedTime: {day: 4h, week: 20h, term: 100h},
            labTime: {day: 4h, week: 20h, term: 100h}, cpuTime: {day: 4h, week: 20h, term: 100h},
            warning: 10m, grace: 2m}
          term: {from: "2026-10-01", to: "2027-03-31"}
          openingHours: [{days: [mon, tue, wed, thu, fri], from: "08:00", to: "24:00"}]
          exams:
          - {from: "2026-12-01T09:00", to: "2026-12-01T12:00", connections: 1, forwarding: false, sftp: true}
          podTemplate: {spec: {nodeSelector: {pool: labs}}}
        """

    static let courseWithoutClaim = """
        apiVersion: labgate.dev/v1alpha1
        kind: Course
        metadata: {name: c}
        spec: {image: gcc, home: {emptyDir: {}}}
        """

    static let student = """
        apiVersion: labgate.dev/v1alpha1
        kind: Student
        metadata: {name: edu01}
        spec:
          loginName: jos\u{E9}_\u{3b1}1
          displayName: José
          courses: [c, algorithms]
          publicKeys: ["\(Sample.ed25519)"]
          passwordHashSecret: {name: jose, key: passwordHash}
          totpKeySecret: {name: jose, key: totpKey}
          suspended: false
          quotas: {connections: 16, labSessions: 64, labs: 4, connectedTime: {day: 4h, week: 20h, term: 100h},
            labTime: {day: 4h, week: 20h, term: 100h}, cpuTime: {day: 4h, week: 20h, term: 100h},
            warning: 10m, grace: 2m}
        """

    static let studentWithHash = """
        apiVersion: labgate.dev/v1alpha1
        kind: Student
        metadata: {name: edu01}
        spec: {courses: [c], passwordHash: "\(Sample.sha512)", totpKey: \(Sample.totpKey)}
        """

    static func definition(_ kind: DocumentKind) throws -> DocumentValue {
        let path = URL(fileURLWithPath: #filePath).appending(path: "../../../../deploy/kubernetes/crds").standardized
        return try DocumentReader.read(contentsOf: path.appending(path: "\(kind.plural).yaml").path) { reader in
            for key in ["apiVersion", "kind", "metadata"] { _ = reader.required(key, .any) }
            return reader.required("spec", .any)
        }.value
    }

    static func schema(_ kind: DocumentKind) throws -> OpenAPISchema {
        let version = try #require(try definition(kind)["versions"]?.array?.first)
        return OpenAPISchema(try #require(version["schema"]?["openAPIV3Schema"]))
    }

    static func spec(_ kind: DocumentKind) throws -> OpenAPISchema {
        try #require(try schema(kind)["spec"])
    }

    static func value(_ yaml: String) throws -> DocumentValue {
        try DocumentReader.read(yaml: yaml, file: "x") { reader in
            for key in ["apiVersion", "kind", "metadata"] { _ = reader.optional(key, .any) }
            return reader.required("spec", .any)
        }.value
    }

    @Test(
        "The definition and the reading of documents have the same keys at every level, and examples have them all",
        arguments: [
            (DocumentKind.course, [course, courseWithoutClaim]), (DocumentKind.student, [student, studentWithHash]),
        ])
    func sameKeys(kind: DocumentKind, examples: [String]) throws {
        let problems = ProblemCollector(keepsSchemaKeys: true)
        for example in examples {
            for field in SourceFile(path: "x", text: example).documents(problems: problems) {
                let document = try #require(ClassroomDocument(field, origin: .cluster))
                switch kind {
                case .course: #expect(document.course() != nil)
                case .student: #expect(document.student() != nil)
                }
            }
            #expect(try Self.spec(kind).refusals(of: Self.value(example), at: "spec") == [])
        }
        #expect(problems.problems == [])
        let read = problems.schemaKeys.filter { $0.key.hasPrefix("spec") }
        let defined = try Self.spec(kind).keys(at: "spec")
        for path in Set(read.keys).union(defined.keys).sorted() {
            #expect(read[path]?.sorted() == defined[path]?.sorted(), "at \(path)")
        }
    }

    @Test("Each field is described", arguments: DocumentKind.allCases)
    func described(kind: DocumentKind) throws {
        for part in ["spec", "status"] {
            #expect(try Self.schema(kind)[part]?.undescribed(at: part) == [])
        }
    }

    @Test(
        "The definition refuses what a schema can tell to be wrong",
        arguments: [
            (DocumentKind.course, "capacity: 1", ["spec: required"]),
            (.course, "image: a b", ["spec.image: pattern"]),
            (.course, "{image: a, capacity: 0}", ["spec.capacity: minimum"]),
            (.course, "{image: a, idle: {maximumAge: never}}", ["spec.idle.maximumAge: pattern"]),
            (.course, "{image: a, idle: {lab: 5}}", ["spec.idle.lab: type"]),
            (.course, "{image: a, sharedVolumes: [{name: a, mountPath: /a}]}", ["spec.sharedVolumes[0]: oneOf"]),
            (.course, "{image: a, home: {emptyDir: {}, persistentVolumeClaim: {}}}", ["spec.home: not"]),
            (.course, "{image: a, term: {from: '1.10.2026', to: '2026-10-01'}}", ["spec.term.from: pattern"]),
            (
                .course, "{image: a, openingHours: [{days: [so], from: '08:00', to: '8:00'}]}",
                ["spec.openingHours[0].days[0]: enum", "spec.openingHours[0].to: pattern"]
            ),
            (.student, "{courses: []}", ["spec.courses: minItems"]),
            (.student, "{courses: [c], loginName: a+b}", ["spec.loginName: pattern"]),
            (.student, "{courses: [c], passwordHash: hunter2}", ["spec.passwordHash: pattern"]),
            (.student, "{courses: [c], totpKey: a}", ["spec.totpKey: minLength", "spec.totpKey: pattern"]),
            (.student, "{courses: [c], totpKey: \(Sample.totpKey), totpKeySecret: {name: s}}", ["spec: allOf"]),
            (.student, "{courses: [c], publicKeys: [ssh-dss AAAA]}", ["spec.publicKeys[0]: pattern"]),
            (.student, "{courses: [c], quotas: {labs: 1000}}", ["spec.quotas.labs: maximum"]),
        ])
    func refuses(kind: DocumentKind, spec: String, expected: [String]) throws {
        let value = try Self.value("spec:\n" + Sample.indented(spec))
        #expect(try Self.spec(kind).refusals(of: value, at: "spec").sorted() == expected)
    }

    @Test("kubectl shows what staff ask for first")
    func columns() throws {
        func columns(_ kind: DocumentKind) throws -> [String] {
            let version = try Self.definition(kind)["versions"]?.array?.first
            return (version?["additionalPrinterColumns"]?.array ?? []).compactMap { $0["name"]?.string?.uppercased() }
        }
        #expect(try columns(.course) == ["IMAGE", "CAPACITY", "LABS", "WAITING", "AGE"])
        #expect(try columns(.student) == ["COURSE", "STATE", "SESSIONS", "USED", "LEFT", "LAST LOGIN", "AGE"])
    }
}
