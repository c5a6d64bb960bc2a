import Classroom
import DockerEngine
import Foundation
import Testing

@testable import Gateway

@Suite("A lab's container")
struct LabContainerTests {
    static let student = Student(name: "edu01", courses: ["c"])

    static func course(_ change: (inout Course) -> Void = { _ in }) -> Course {
        var course = Course(
            name: "c", image: "localhost:5000/edu_gcc",
            sharedVolumes: [
                SharedVolume(name: "mybackup", mountPath: "/mybackup", source: .hostPath("/srv/mybackup")),
                SharedVolume(name: "books", mountPath: "/books", source: .persistentVolumeClaim("books")),
                SharedVolume(name: "films", mountPath: "/films", source: .nfs(server: "nas", path: "/films")),
            ])
        change(&course)
        return course
    }

    static func container(
        _ course: Course = course(), _ configuration: HostConfiguration = HostConfiguration()
    ) -> LabContainer {
        LabContainer(LabOrder(student: student, course: course), configuration)
    }

    /// What must hold for every container of labgate's.
    static func expectSealed(_ spec: ContainerSpec) {
        #expect(spec.droppedCapabilities == ["ALL"])
        #expect(!spec.allowsNewPrivileges)
        #expect(spec.networkMode != "host")
        #expect(spec.memoryBytes != nil)
        #expect(spec.pidsLimit == 512)
    }

    @Test("can do no more than its course says, as its course's user")
    func limits() {
        let spec = Self.container().spec(on: EngineFacts(cpuCount: 4))
        Self.expectSealed(spec)
        #expect(spec.addedCapabilities.isEmpty)
        #expect(spec.user == "1000:1000")
        #expect(spec.networkMode == "none")
        #expect(spec.memoryBytes == 512 << 20)
        #expect(spec.nanoCPUs == 1_000_000_000)
        #expect(spec.storageBytes == 1 << 30)
        #expect(spec.ulimits.map(\.name) == ["nofile", "nproc"])
    }

    @Test("has shared volumes read-only, and the home to write to")
    func mounts() {
        let container = Self.container()
        let home = container.order.name.home
        #expect(
            container.spec(on: EngineFacts()).mounts == [
                .volume(name: home, target: "/home/student", readOnly: false),
                .bind(source: "/srv/mybackup", target: "/mybackup", readOnly: true),
                .volume(name: "books", target: "/books", readOnly: true),
                .volume(
                    name: NFSVolume(server: "nas", path: "/films").name, target: "/films", readOnly: true),
            ])
    }

    @Test("keeps its home where the configuration and the course say")
    func homes() {
        var configuration = HostConfiguration()
        configuration.homes = "/srv/homes"
        let container = Self.container(Self.course(), configuration)
        #expect(
            container.spec(on: EngineFacts()).mounts.first
                == .bind(
                    source: "/srv/homes/\(container.order.name.home)", target: "/home/student", readOnly: false))
        let scratch = Self.container(Self.course { $0.home.storage = .emptyDir }, configuration)
        #expect(scratch.spec(on: EngineFacts()).mounts.first == .anonymousVolume(target: "/home/student"))
    }

    @Test("says whose it is, by the exact names, and nothing of a student's gets into anything else")
    func labels() throws {
        let name = "o'brien --privileged \"x\" $(id)"
        let order = LabOrder(student: Student(name: name, courses: ["c"]), course: Self.course())
        var spec = LabContainer(order, HostConfiguration()).spec(on: EngineFacts())
        #expect(spec.labels["app.kubernetes.io/managed-by"] == "labgate")
        #expect(spec.labels["labgate.dev/course"] == "c")
        #expect(spec.labels["labgate.dev/student"] == name)
        spec.labels = [:]
        let text = String(decoding: try JSONEncoder().encode(spec), as: UTF8.self)
        for word in ["o'brien", "--privileged", "$(id)"] { #expect(!text.contains(word), "\(word)") }
    }

    @Test("of another labgate with the same engine is told by its label, and its home by its name")
    func project() {
        var configuration = HostConfiguration()
        configuration.project = "other"
        let (own, other) = (Self.container(), Self.container(Self.course(), configuration))
        #expect(own.spec(on: EngineFacts()).labels["labgate.dev/project"] == "labgate")
        #expect(other.spec(on: EngineFacts()).labels["labgate.dev/project"] == "other")
        let home = own.order.name.home
        for (container, volume) in [(own, home), (other, "other-\(home)")] {
            let mounts = container.spec(on: EngineFacts()).mounts
            #expect(mounts.first == .volume(name: volume, target: "/home/student", readOnly: false))
        }
    }

    @Test("is told apart by what it was made from, and not by the host it is on")
    func hash() {
        let hash = Self.container().specHash
        #expect(Self.container().specHash == hash)
        #expect(Self.container().spec(on: EngineFacts()).labels["labgate.dev/spec-hash"] == hash)
        #expect(
            Self.container().spec(on: EngineFacts(cpuCount: 1, limitsStorage: false)).labels["labgate.dev/spec-hash"]
                == hash)
        #expect(Self.container(Self.course { $0.image = "gcc:13" }).specHash != hash)
        #expect(Self.container(Self.course { $0.environment = ["A": "1"] }).specHash != hash)
        var configuration = HostConfiguration()
        configuration.network = "labs"
        #expect(Self.container(Self.course(), configuration).specHash != hash)
    }

    @Test("asks for nothing that the host does not have")
    func facts() {
        let course = Self.course { $0.resources.limits.cpu = .milliCPU(8000) }
        let spec = Self.container(course).spec(on: EngineFacts(cpuCount: 2, limitsStorage: false))
        #expect(spec.nanoCPUs == 2_000_000_000)
        #expect(spec.storageBytes == nil)
    }

    @Test("that only reads a home can write to nothing; that gives one away has nothing else")
    func helpers() {
        let reader = Self.container().homeReader
        Self.expectSealed(reader)
        #expect(reader.addedCapabilities.isEmpty)
        #expect(reader.removesItself)
        #expect(reader.user == "1000:1000")
        let home = Self.container().order.name.home
        #expect(reader.mounts == [.volume(name: home, target: "/home/student", readOnly: true)])
        #expect(reader.labels["app.kubernetes.io/managed-by"] != "labgate")

        let owner = Self.container().homeOwner
        Self.expectSealed(owner)
        #expect(owner.networkMode == "none")
        #expect(owner.addedCapabilities == ["CHOWN", "DAC_OVERRIDE"])
        #expect(owner.mounts == [.volume(name: home, target: "/home/student", readOnly: false)])
    }

    @Test(
        "fetches its image as Kubernetes would",
        arguments: [
            ("gcc", Course.ImagePullPolicy.always), ("gcc:latest", .always), ("gcc:13", .ifNotPresent),
            ("localhost:5000/gcc", .always), ("localhost:5000/gcc:13", .ifNotPresent),
            ("gcc@sha256:0123", .ifNotPresent),
        ])
    func pullPolicy(image: String, policy: Course.ImagePullPolicy) {
        #expect(DockerLabs.pullPolicy(of: image) == policy)
    }
}
