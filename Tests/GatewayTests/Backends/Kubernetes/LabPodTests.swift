import Classroom
import Kubernetes
import Testing

@testable import Gateway

@Suite("A lab's pod")
struct LabPodTests {
    static let student = Student(name: "edu01", courses: ["c"])

    static func pod(_ course: Course) -> JSONValue {
        LabPod(LabOrder(student: student, course: course)).manifest
    }

    static func course(_ template: DocumentValue? = nil) -> Course {
        Course(
            name: "c", image: "localhost:5000/edu_gcc",
            sharedVolumes: [
                SharedVolume(name: "mybackup", mountPath: "/mybackup", source: .hostPath("/srv/mybackup")),
                SharedVolume(name: "books", mountPath: "/books", source: .persistentVolumeClaim("books")),
            ],
            podTemplate: template)
    }

    /// Every container of the pod, of whichever kind.
    static func containers(_ pod: JSONValue) -> [JSONValue] {
        ["containers", "initContainers"].flatMap { pod["spec"]?[$0]?.array ?? [] }
    }

    /// What must hold for a pod whatever its course says.
    static func expectSealed(_ pod: JSONValue) {
        let spec = pod["spec"]
        #expect(spec?["automountServiceAccountToken"] == false)
        #expect(spec?["enableServiceLinks"] == false)
        for key in ["hostNetwork", "hostPID", "hostIPC"] { #expect(spec?[key] == false) }
        #expect(spec?["securityContext"]?["runAsNonRoot"] == true)
        #expect(spec?["securityContext"]?["seccompProfile"]?["type"] == "RuntimeDefault")
        for container in containers(pod) {
            let context = container["securityContext"]
            #expect(context?["allowPrivilegeEscalation"] == false)
            #expect(context?["privileged"] == false)
            #expect(context?["runAsNonRoot"] == true)
            #expect(context?["capabilities"] == ["drop": ["ALL"]])
            for resource in ["cpu", "memory", "ephemeral-storage"] {
                #expect(container["resources"]?["limits"]?[resource] != nil, "no limit of \(resource)")
            }
            for mount in container["volumeMounts"]?.array ?? []
            where mount["name"] != "home" && mount["name"] != "scratch" {
                #expect(mount["readOnly"] == true, "\(mount) can be written to")
                #expect(mount["recursiveReadOnly"] == "IfPossible", "what is mounted below \(mount) can be written to")
            }
        }
    }

    @Test("that only reads a home can write to nothing, and ends within minutes by itself")
    func homeReader() {
        let mount: DocumentValue = ["name": "home", "mountPath": "/home/student"]
        let course = Self.course([
            "spec": ["initContainers": [["name": "seed", "image": "busybox", "volumeMounts": [mount]]]]
        ])
        let pod = LabPod(LabOrder(student: Self.student, course: course)).homeReader(suffix: "1")
        Self.expectSealed(pod)
        #expect(Self.containers(pod).count == 1)
        #expect(Self.containers(pod)[0]["volumeMounts"]?.array?.allSatisfy { $0["readOnly"] == true } == true)
        #expect(pod["spec"]?["activeDeadlineSeconds"] == 1200)
        #expect(pod["spec"]?["restartPolicy"] == "Never")
    }

    @Test("has limits, no privileges, and shared volumes that are read-only")
    func plain() {
        let pod = Self.pod(Self.course())
        Self.expectSealed(pod)
        #expect(Self.containers(pod).count == 1)
        #expect(Self.containers(pod)[0]["volumeMounts"]?.array?.count == 3)
        #expect(pod["spec"]?["terminationGracePeriodSeconds"] == 5)
        #expect(pod["spec"]?["tolerations"]?.array?.map { $0["tolerationSeconds"] } == [30])
    }

    @Test("stays so with an overlay that adds containers, mounts and fields")
    func overlaid() {
        let mount: DocumentValue = ["name": "mybackup", "mountPath": "/again", "readOnly": .bool(false)]
        let pod = Self.pod(
            Self.course([
                "metadata": ["labels": ["team": "a", "app.kubernetes.io/managed-by": "somebody"]],
                "spec": [
                    "nodeSelector": ["disk": "ssd"],
                    "hostNetwork": .bool(true),
                    "automountServiceAccountToken": .bool(true),
                    "containers": [
                        ["name": "lab", "volumeMounts": [mount], "securityContext": ["privileged": .bool(true)]],
                        ["name": "sidecar", "image": "busybox", "volumeMounts": [mount]],
                    ],
                    "initContainers": [["name": "prepare", "image": "busybox", "volumeMounts": [mount]]],
                ],
            ]))
        Self.expectSealed(pod)
        #expect(Self.containers(pod).count == 3)
        #expect(pod["spec"]?["nodeSelector"]?["disk"] == "ssd")
        #expect(pod["metadata"]?["labels"]?["team"] == "a")
        #expect(pod["metadata"]?["labels"]?["app.kubernetes.io/managed-by"] == "labgate")
        // The lab keeps its own mounts and image beside what the overlay adds.
        #expect(Self.containers(pod)[0]["image"] == "localhost:5000/edu_gcc")
        #expect(Self.containers(pod)[0]["volumeMounts"]?.array?.count == 4)
    }

    @Test("runs under the course's runtime class and in a user namespace, if the course says so")
    func secondWall() {
        var course = Self.course()
        #expect(Self.pod(course)["spec"]?["runtimeClassName"] == nil)
        #expect(Self.pod(course)["spec"]?["hostUsers"] == nil)
        course.runtimeClassName = "gvisor"
        course.userNamespaces = true
        #expect(Self.pod(course)["spec"]?["runtimeClassName"] == "gvisor")
        #expect(Self.pod(course)["spec"]?["hostUsers"] == false)
        Self.expectSealed(Self.pod(course))
    }

    @Test("is not used without the user namespace that its course asks for, by the switch or in the template")
    func missingUserNamespace() throws {
        var switched = Self.course()
        switched.userNamespaces = true
        let overlaid = Self.course(["spec": ["hostUsers": .bool(false)]])
        for course in [switched, overlaid] {
            let lab = LabPod(LabOrder(student: Self.student, course: course))
            var pod = Pod(
                metadata: ObjectMeta(name: lab.name.lab, annotations: ["labgate.dev/spec-hash": lab.specHash]))
            #expect(lab.missingWall(of: pod)?.contains("user namespaces") == true)
            pod.spec.hostUsers = true
            #expect(lab.missingWall(of: pod) != nil)
            pod.spec.hostUsers = false
            #expect(lab.missingWall(of: pod) == nil)
        }
        let plain = LabPod(LabOrder(student: Self.student, course: Self.course()))
        #expect(plain.missingWall(of: Pod(metadata: ObjectMeta(name: plain.name.lab))) == nil)
    }

    @Test("has a hash that changes with the course and with nothing else")
    func hash() {
        let lab = LabPod(LabOrder(student: Self.student, course: Self.course()))
        #expect(lab.specHash == LabPod(LabOrder(student: Self.student, course: Self.course())).specHash)
        var changed = Self.course()
        changed.image = "localhost:5000/edu_gcc:2"
        #expect(lab.specHash != LabPod(LabOrder(student: Self.student, course: changed)).specHash)
        #expect(Self.pod(Self.course())["metadata"]?["annotations"]?["labgate.dev/spec-hash"]?.string == lab.specHash)
    }

    @Test("belongs to the very student and course that its annotations name")
    func ownership() {
        let order = LabOrder(student: Self.student, course: Self.course())
        func lab(_ student: String, _ course: String) -> Lab {
            Lab(
                Pod(
                    metadata: ObjectMeta(
                        name: order.name.lab,
                        annotations: ["labgate.dev/student": student, "labgate.dev/course": course])))
        }
        #expect(order.owns(lab("edu01", "c")))
        #expect(!order.owns(lab("edu02", "c")))
        #expect(!order.owns(lab("edu01", "d")))
        #expect(!order.owns(Lab(Pod(metadata: ObjectMeta(name: order.name.lab)))))
    }

    @Test("names the claims that it waits for")
    func claims() {
        var course = Self.course()
        course.sharedVolumes = [
            SharedVolume(name: "a", mountPath: "/a", source: .persistentVolumeClaim("material")),
            SharedVolume(name: "b", mountPath: "/b", source: .configMap("words")),
        ]
        let order = LabOrder(student: Self.student, course: course)
        #expect(LabPod(order).claimNames == [order.name.home, "material"])
    }

    @Test("has no claim where homes do not outlive labs")
    func homes() {
        var course = Self.course()
        #expect(
            LabPod(LabOrder(student: Self.student, course: course)).homeClaim?["spec"]?["resources"]?["requests"]?["storage"]
                != nil)
        course.home = Home(storage: .emptyDir)
        #expect(LabPod(LabOrder(student: Self.student, course: course)).homeClaim == nil)
    }
}
