import DockerEngine
import Foundation
import Testing

@testable import TestSupport

extension HostTests {
    @Suite("Homes on one host")
    struct HomeTests {
        @Test("A home may be a folder of the host, which is its student's and nobody else's")
        func folder() async throws {
            let homes = try TemporaryFolder.make()
            try await SampleClass.onHost(docker: "homes: \"\(homes.path)\"") { sample in
                let login = try await sample.ssh().run("echo mine > file; stat -c '%u %a' .")
                #expect(login.output == "1000 700\n", "\(login.errors)")
                let names = try FileManager.default.contentsOfDirectory(atPath: homes.path)
                #expect(names.count == 1)
                let file = homes.appending(path: names.first ?? "").appending(path: "file")
                #expect(try String(contentsOf: file, encoding: .utf8) == "mine\n")
                try await sample.host.client.removeContainer(try await sample.presentLab().uid, force: true)
                #expect(try await sample.ssh().run("cat file").output == "mine\n")
            }
        }

        @Test("A home that is root's is given to its student, with all that is in it")
        func owner() async throws {
            let homes = try TemporaryFolder.make()
            try await SampleClass.onHost(docker: "homes: \"\(homes.path)\"") { sample in
                #expect(try await sample.ssh().run("mkdir -p a/b; echo mine > a/b/file").status == 0)
                try await sample.host.client.removeContainer(try await sample.presentLab().uid, force: true)
                // As it comes from a backup, or as some engines make it.
                let child = try await ChildProcess.run(["chown", "-R", "0:0", homes.path])
                try #require(child.status == 0)
                try await sample.gateway.stop()
                try await sample.start()
                let login = try await sample.ssh().run("echo more >> a/b/file && cat a/b/file; stat -c %u . a/b/file")
                #expect(login.output == "mine\nmore\n1000\n1000\n", "\(login.errors)")
                let helpers = try await sample.host.client.containers(
                    labels: ["app.kubernetes.io/managed-by": "labgate-helper"])
                #expect(helpers.isEmpty)
            }
        }

        @Test("A home goes with the user of its course, and students may close it to themselves and open it again")
        func users() async throws {
            let homes = try TemporaryFolder.make()
            try await SampleClass.onHost(docker: "homes: \"\(homes.path)\"") { sample in
                #expect(try await sample.ssh().run("echo mine > file; chmod 555 .").status == 0)
                for user in ["1000", "1001"] {
                    try await sample.host.client.removeContainer(try await sample.presentLab().uid, force: true)
                    try await sample.gateway.stop()
                    let course = CourseDocument(home: "persistentVolumeClaim: {size: 1Gi}", more: ["runAsUser": user])
                    try sample.write(course)
                    try await sample.start()
                    let login = try await sample.ssh().run("chmod 755 . && echo more >> file && stat -c '%u %a' . file")
                    #expect(login.output == "\(user) 755\n\(user) 644\n", "\(login.errors)")
                    #expect(try await sample.ssh().run("chmod 555 .").status == 0)
                }
            }
        }

        @Test("A home that staff have removed is made anew, for its student")
        func madeAnew() async throws {
            let homes = try TemporaryFolder.make()
            try await SampleClass.onHost(docker: "homes: \"\(homes.path)\"") { sample in
                #expect(try await sample.ssh().run("echo mine > file").status == 0)
                try await sample.host.client.removeContainer(try await sample.presentLab().uid, force: true)
                for name in try FileManager.default.contentsOfDirectory(atPath: homes.path) {
                    try FileManager.default.removeItem(at: homes.appending(path: name))
                }
                let login = try await sample.ssh().run("ls; echo new > file; stat -c '%u %a' .")
                #expect(login.output == "1000 700\n", "\(login.errors)")
            }
        }

        @Test("A home that does not outlive its lab goes with it")
        func scratch() async throws {
            try await SampleClass.onHost(home: "emptyDir: {}") { sample in
                #expect(try await sample.ssh().run("echo mine > file; cat file").output == "mine\n")
                try await sample.host.client.removeContainer(try await sample.presentLab().uid, force: true)
                #expect(try await sample.ssh().run("ls").output == "")
            }
        }

        @Test("Collected is what is in a home, whether its lab runs or not")
        func collect() async throws {
            try await SampleClass.onHost { sample in
                #expect(try await sample.ssh().run("rm -rf .[!.]* *; echo mine > file").status == 0)
                let lab = try await sample.presentLab()
                for isRunning in [true, false] {
                    if !isRunning { try await sample.host.client.removeContainer(lab.uid, force: true) }
                    let folder = sample.folder.appending(path: "collected-\(isRunning)")
                    let child = try await LabgateProcess.run(
                        "collect", "c", "--config", sample.configuration.path, "--into", folder.path)
                    #expect(child.status == 0, "\(child.errors)")
                    #expect(child.output.contains("edu02  has no home yet"))
                    let tar = try await ChildProcess.run(
                        ["tar", "-xOf", folder.appending(path: "edu01.tar").path, "./file"])
                    #expect(tar.output == "mine\n", "\(tar.errors)")
                }
                let helpers = try await sample.host.client.containers(
                    labels: ["app.kubernetes.io/managed-by": "labgate-helper"])
                #expect(helpers.isEmpty)
            }
        }
    }
}
