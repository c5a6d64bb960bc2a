import Classroom
import DockerEngine
import Foundation
import TestSupport
import Testing

@testable import Gateway

@Suite("A course on one host")
struct HostCourseTests {
    private func checked(_ change: (inout Course) -> Void) -> HostCourse {
        var course = Course(name: "c", image: "gcc:13")
        change(&course)
        return HostCourse(course)
    }

    @Test("without anything of a cluster's is as good as there")
    func plain() {
        #expect(checked { _ in }.problems.isEmpty)
        #expect(checked { _ in }.remarks.isEmpty)
    }

    @Test("may say where its pods run, which means nothing here")
    func placement() {
        let course = checked {
            $0.podTemplate = .object(["spec": .object(["nodeSelector": .object([:]), "tolerations": .array([])])])
            $0.imagePullSecrets = ["registry"]
            $0.home.storage = .persistentVolumeClaim(size: .mebibytes(1), storageClassName: "fast")
        }
        #expect(course.problems.isEmpty)
        #expect(course.remarks.count == 3)
        #expect(course.remarks[0].contains("nodeSelector, tolerations"))
    }

    @Test("is refused if it would be less confined, or lack something")
    func problems() {
        let runtime = checked {
            $0.podTemplate = .object(["spec": .object(["runtimeClassName": .string("gvisor"), "hostUsers": .bool(false)])])
        }
        #expect(runtime.problems == ["The course's podTemplate asks for hostUsers, runtimeClassName, which one host does not have"])
        #expect(checked { $0.runtimeClassName = "gvisor" }.problems.count == 1)
        #expect(checked { $0.userNamespaces = true }.problems.count == 1)
        let volumes = checked {
            $0.sharedVolumes = [
                SharedVolume(name: "a", mountPath: "/a", source: .configMap("a")),
                SharedVolume(name: "b", mountPath: "/b", source: .nfs(server: "nas,rw", path: "/b")),
                SharedVolume(name: "c", mountPath: "/c", source: .nfs(server: "nas.example.org", path: "/c")),
            ]
        }
        #expect(volumes.problems.count == 2)
    }

    @Test(
        "An NFS export is mounted read-only, in words that mount.nfs and the kernel take",
        arguments: [
            ("nas", "nas:/films", "nas"), ("fd00::1", "[fd00::1]:/films", "fd00::1"),
            ("[fd00::1]", "[fd00::1]:/films", "fd00::1"),
        ])
    func nfs(server: String, device: String, address: String) {
        let volume = NFSVolume(server: server, path: "/films")
        let options = "addr=\(address),ro,nosuid,nodev,actimeo=5"
        #expect(volume.spec.driverOptions == ["type": "nfs", "device": device, "o": options])
        #expect(volume.name != NFSVolume(server: server, path: "/films2").name)
        #expect(volume.name != NFSVolume(server: "other", path: "/films").name)
    }

    @Test(
        "asks the registry of its image with the password that was stored for it",
        arguments: [
            ("registry.example.org:5000/edu/gcc:13", "edu"), ("gcc:13", "hub"), ("library/gcc", "hub"),
            ("localhost/gcc", "local"), ("other.example.org/gcc", nil),
        ])
    func logins(image: String, user: String?) throws {
        func auth(_ user: String) -> String { Data("\(user):pass:word".utf8).base64EncodedString() }
        let file = try TemporaryFolder.make().appending(path: "auth.json")
        try Data(
            """
            {"auths": {"registry.example.org:5000": {"auth": "\(auth("edu"))"}, "localhost": {"auth": "\(auth("local"))"},
                "https://index.docker.io/v1/": {"auth": "\(auth("hub"))"}}}
            """.utf8
        ).write(to: file)
        let login = try RegistryLogins(path: file.path).login(for: image)
        #expect(login?.user == user)
        #expect(login == nil || login?.password == "pass:word")
        #expect(try RegistryLogins(path: nil).login(for: image) == nil)
    }
}
