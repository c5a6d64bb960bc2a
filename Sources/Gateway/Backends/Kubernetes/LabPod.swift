import Classroom
import Foundation
import Kubernetes

/// The manifests of one student's lab in one course: the pod, and the claim of its home.
struct LabPod: Sendable {
    /// The container that lab sessions run in.
    static let container = "lab"
    static let managedBySelector = "app.kubernetes.io/managed-by=labgate"

    /// Keys of the annotations that say whose a pod is and what it was made from.
    enum Annotation {
        static let student = "labgate.dev/student"
        static let course = "labgate.dev/course"
        static let specHash = "labgate.dev/spec-hash"
    }

    /// Name of the volume that is the student's home.
    private static let homeVolume = "home"

    private let order: LabOrder

    var name: LabName { order.name }
    private var student: Student { order.student }
    var course: Course { order.course }

    init(_ order: LabOrder) {
        self.order = order
    }

    /// The whole pod, its own hash included.
    var manifest: JSONValue {
        var pod = sealed
        pod["metadata"]?["annotations"]?[Annotation.specHash] = .string(specHash)
        return pod
    }

    /// Tells pods apart that were made from different versions of a course.
    var specHash: String { SpecHash.of(sealed) }

    /// The claim of the home; nil if the course's homes do not outlive their pods.
    var homeClaim: JSONValue? {
        guard case .persistentVolumeClaim(let size, let storageClassName) = course.home.storage else { return nil }
        var claim: JSONValue = [
            "apiVersion": "v1", "kind": "PersistentVolumeClaim",
            "metadata": ["name": .string(name.home), "labels": labels, "annotations": annotations],
            "spec": [
                "accessModes": ["ReadWriteOnce"],
                "resources": ["requests": ["storage": .string(size.description)]],
            ],
        ]
        if let storageClassName { claim["spec"]?["storageClassName"] = .string(storageClassName) }
        return claim
    }

    /// The claims that it mounts: of its home, of the course's files, and of the course's overlay.
    var claimNames: [String] {
        (manifest["spec"]?["volumes"]?.array ?? []).compactMap { $0["persistentVolumeClaim"]?["claimName"]?.string }
    }

    // MARK: Parts

    /// The gateway's own pod, the course's overlay laid over it, and what no overlay may change set again.
    private var sealed: JSONValue {
        var pod: JSONValue = [
            "apiVersion": "v1", "kind": "Pod",
            "metadata": ["name": .string(name.lab), "labels": labels, "annotations": annotations],
            "spec": spec,
        ]
        if let name = course.runtimeClassName { pod["spec"]?["runtimeClassName"] = .string(name) }
        if course.userNamespaces { pod["spec"]?["hostUsers"] = false }
        if let overlay = course.podTemplate { pod = PodOverlay.merge(JSONValue(overlay), onto: pod) }
        let seal = PodSeal(
            sharedVolumeNames: Set(course.sharedVolumes.map(\.name)), defaultResources: JSONValue(course.resources))
        // Whatever the overlay says, the gateways find the pod again.
        pod = PodOverlay.merge(["metadata": ["labels": labels, "annotations": annotations]], onto: pod)
        return seal.seal(pod)
    }

    private var labels: JSONValue {
        [
            "app.kubernetes.io/name": "lab", "app.kubernetes.io/managed-by": "labgate",
            Annotation.student: .string(LabName.labelValue(student.name)),
            Annotation.course: .string(LabName.labelValue(course.name)),
        ]
    }

    private var annotations: JSONValue {
        [Annotation.student: .string(student.name), Annotation.course: .string(course.name)]
    }

    private var spec: JSONValue {
        [
            "restartPolicy": "Always",
            "terminationGracePeriodSeconds": .integer(Int(course.terminationGracePeriod.components.seconds)),
            "tolerations": [Self.patienceWithLostNode],
            "imagePullSecrets": .array(course.imagePullSecrets.map { ["name": .string($0)] }),
            "securityContext": [
                "runAsUser": .integer(course.runAsUser), "runAsGroup": .integer(course.runAsGroup),
                "fsGroup": .integer(course.runAsGroup),
                // A home with many files would otherwise be walked through at each start.
                "fsGroupChangePolicy": "OnRootMismatch",
            ],
            "containers": [containerSpec],
            "volumes": .array(
                [home]
                    + course.sharedVolumes.map { volume in
                        var source = JSONValue(volume.source)
                        source["name"] = .string(volume.name)
                        return source
                    }),
        ]
    }

    /// Kubernetes evicts from a node that does not answer. It does so after five minutes unless told otherwise, and
    /// somebody sits before this lab.
    private static let patienceWithLostNode: JSONValue = [
        "key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 30,
    ]

    private var containerSpec: JSONValue {
        let mounts = course.sharedVolumes.map { volume -> JSONValue in
            ["name": .string(volume.name), "mountPath": .string(volume.mountPath), "readOnly": true]
        }
        let home: JSONValue = ["name": .string(Self.homeVolume), "mountPath": .string(course.home.mountPath)]
        var container: JSONValue = [
            "name": .string(Self.container),
            "image": .string(course.image),
            "command": ["/bin/sh", "-c", .string(LabHolder.script)],
            "env": .array(
                course.environment.sorted { $0.key < $1.key }.map {
                    ["name": .string($0.key), "value": .string($0.value)]
                }),
            "resources": JSONValue(course.resources),
            "volumeMounts": .array([home] + mounts),
        ]
        if let policy = course.imagePullPolicy { container["imagePullPolicy"] = .string(policy.rawValue) }
        return container
    }

    private var home: JSONValue {
        switch course.home.storage {
        case .persistentVolumeClaim:
            ["name": .string(Self.homeVolume), "persistentVolumeClaim": ["claimName": .string(name.home)]]
        case .emptyDir:
            ["name": .string(Self.homeVolume), "emptyDir": [:]]
        }
    }
}

extension JSONValue {
    /// The same value, as the Kubernetes client writes it.
    fileprivate init(_ value: DocumentValue) {
        self =
            switch value {
            case .null: .null
            case .bool(let value): .bool(value)
            case .int(let value): .integer(value)
            case .double(let value): .number(value)
            case .string(let value): .string(value)
            case .array(let values): .array(values.map(JSONValue.init))
            case .object(let members): .object(members.mapValues(JSONValue.init))
            }
    }

    /// `ResourceRequirements`.
    fileprivate init(_ resources: LabResources) {
        self = ["limits": JSONValue(resources.limits), "requests": JSONValue(resources.requests)]
    }

    /// A `ResourceList`.
    fileprivate init(_ amounts: ResourceAmounts) {
        self = [
            "cpu": .string(amounts.cpu.description), "memory": .string(amounts.memory.description),
            "ephemeral-storage": .string(amounts.ephemeralStorage.description),
        ]
    }

    /// A `VolumeSource`; read-only where the source itself can say so, besides every mount of it.
    fileprivate init(_ source: SharedVolume.Source) {
        self =
            switch source {
            case .hostPath(let path): ["hostPath": ["path": .string(path), "type": "Directory"]]
            case .persistentVolumeClaim(let name):
                ["persistentVolumeClaim": ["claimName": .string(name), "readOnly": true]]
            case .configMap(let name): ["configMap": ["name": .string(name)]]
            case .nfs(let server, let path):
                ["nfs": ["server": .string(server), "path": .string(path), "readOnly": true]]
            }
    }
}
