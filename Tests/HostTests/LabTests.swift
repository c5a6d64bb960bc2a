import DockerEngine
import Foundation
import Testing

@testable import TestSupport

extension HostTests {
    @Suite("A lab on one host")
    struct LabTests {
        private static let look = """
            id -u; hostname; ls /sys/class/net
            cat /sys/fs/cgroup/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes
            cat /sys/fs/cgroup/pids.max 2>/dev/null || cat /sys/fs/cgroup/pids/pids.max
            cut -d' ' -f1 /sys/fs/cgroup/cpu.max 2>/dev/null || cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us
            grep -E '^(CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | tr -d '\\t'
            """

        @Test("A cold login starts it, and its limits are as its course says, seen from inside")
        func limits() async throws {
            try await SampleClass.onHost { sample in
                let login = try await sample.ssh().run(Self.look)
                #expect(login.status == 0, "\(login.errors)")
                #expect(login.errors.contains("creating your lab"))
                let lab = try #require(await sample.container())
                let name = lab.name.replacing("labgate-test-", with: "")
                #expect(
                    login.output.split(separator: "\n") == [
                        "1000", "\(name)", "lo", "536870912", "512", "50000", "CapBnd:0000000000000000", "NoNewPrivs:1",
                        "Seccomp:2",
                    ])
                #expect(lab.labels["labgate.dev/student"] == "edu01")
                #expect(lab.labels["labgate.dev/course"] == "c")
                #expect(try await sample.ssh().run("exit 7").status == 7)
            }
        }

        @Test("A fork bomb and a memory hog hurt nobody but their lab")
        func hogs() async throws {
            try await SampleClass.onHost { sample in
                let hog = try await sample.ssh().run(#"perl -e '$x = "x" x (600 << 20)'; echo $?"#)
                #expect(hog.output == "137\n", "\(hog.errors)")
                let bomb = try await sample.ssh().run(
                    "for i in $(seq 700); do sleep 3 & done 2>&1 | grep -c -i 'resource temporarily'")
                #expect(Int(bomb.output.split(separator: "\n").first ?? "0") ?? 0 > 0, "\(bomb.output)\(bomb.errors)")
                #expect(try await sample.ssh("edu02").run("echo well").output == "well\n")
            }
        }

        @Test("When the host's memory is promised to others, students wait for it in the order in which they come")
        func room() async throws {
            // Each lab requests 64 MiB.
            try await SampleClass.onHost(docker: "memory: 100Mi", course: ["idle": "{holdDown: 0s}"]) { sample in
                #expect(try await sample.ssh().run("true").status == 0)
                let second = try sample.ssh("edu02").start("echo in")
                try await second.prints("there is no room for another lab now; you are number 1 in the queue")
                #expect(try await sample.lab(of: "edu02") == nil)
                #expect(try await sample.ssh().run(":stop").status == 0)
                #expect(try await second.end().output == "in\n")
            }
        }

        @Test("CPU time counts for a budget")
        func cpuTime() async throws {
            try await SampleClass.onHost(course: ["idle": "{lab: 20s}", "quotas": "{cpuTime: {day: 1h}}"]) { sample in
                let login = try await sample.ssh().run("(ulimit -t 3; while :; do :; done) >/dev/null 2>&1 & echo in")
                #expect(login.status == 0, "\(login.errors)")
                let isCounted = try await eventually(within: .seconds(30)) {
                    try await sample.ssh().run(":status").output.contains(/CPU time today: [1-9][0-9]*s of/)
                }
                #expect(isCounted)
            }
        }

        @Test("Shared folders are read-only, and one that is not there is told and not made")
        func shared() async throws {
            try await SampleClass.onHost { sample in
                let login = try await sample.ssh().run("cat /mybackup/README; touch /mybackup/x; echo $?")
                #expect(login.output == "Files of the course\n1\n")
                #expect(login.errors.contains("Read-only file system"))

                let missing = sample.folder.appending(path: "missing").path
                try sample.write(CourseDocument(shared: "hostPath: \(missing)"))
                try sample.gateway.reload()
                #expect(try await eventually { try sample.gateway.logged("Took on a changed classroom").count > 0 })
                let other = try await sample.ssh("edu02").run("true")
                #expect(other.status == 254)
                #expect(other.errors.contains("The course's shared folder \(missing) is not on this host"))
                #expect(!FileManager.default.fileExists(atPath: missing))
            }
        }

        @Test(
            "An NFS export is mounted by the engine, read-only, and shows new material; what is not exported is told",
            .enabled(
                if: NFSExport.isPossible && HostSite.command != nil,
                "this machine mounts no NFS exports, or the engine may ask the kernel for them itself"))
        func nfs() async throws {
            try await NFSExport.with { export in
                try await cleaningUp {
                    let site = try await HostSite.make(in: try TemporaryFolder.make())
                    try await cleaningUp(site.end) { try await site.removeExports(of: export.address) }
                } after: {
                    try await SampleClass.onHost { sample in
                        try await sample.change {
                            try sample.write(CourseDocument(shared: export.source))
                            try sample.write(CourseDocument(name: "none", shared: export.source(path: "/srv/none")))
                            try await sample.write(student: "edu02", courses: ["none"])
                        }
                        try await readsAlone(export, sample)
                        let other = try await sample.ssh("edu02").run("true")
                        #expect(other.status == 254)
                        let reason = "none failed, reason given by server: No such file or directory"
                        #expect(other.errors.contains(reason), "\(other.errors)")
                    }
                }
            }
        }

        private func readsAlone(_ export: NFSExport, _ sample: SampleClass) async throws {
            let login = try await sample.ssh().run("cat /mybackup/current/README; touch /mybackup/x; echo $?")
            #expect(login.output == "first\n1\n", "\(login.errors)")
            #expect(login.errors.contains("Read-only file system"))
            try export.publish("second")
            let isSeen = try await eventually(within: .seconds(10), every: .milliseconds(500)) {
                try await sample.ssh().run("cat /mybackup/current/README").output == "second\n"
            }
            #expect(isSeen)
        }

        @Test("A lab whose container was stopped or removed is made anew, with its home", arguments: [true, false])
        func madeAnew(isRemoved: Bool) async throws {
            try await SampleClass.onHost { sample in
                #expect(try await sample.ssh().run("echo mine > file").status == 0)
                let first = try await sample.presentLab()
                if isRemoved {
                    try await sample.host.client.removeContainer(first.uid, force: true)
                } else {
                    try await sample.host.client.stopContainer(first.uid, timeout: .zero)
                }
                let again = try await sample.ssh().run("cat file; ls -A /tmp")
                #expect(again.output == "mine\n", "\(again.errors)")
                #expect(try await sample.presentLab().uid != first.uid)
            }
        }

        @Test("Stopped by its student it is gone at once, and held down; a terminal starts it again")
        func stop() async throws {
            try await SampleClass.onHost { sample in
                #expect(try await sample.ssh().run("echo mine > file").status == 0)
                _ = try await sample.presentLab()
                #expect(try await sample.ssh().run(":stop").status == 0)
                #expect(try await eventually(within: .seconds(5)) { try await sample.lab(of: "edu01") == nil })
                #expect(try await sample.ssh().run("true").errors.contains("you have stopped it"))
                #expect(try await sample.ssh().with("-tt").run("cat file").output.contains("mine"))
            }
        }

        @Test("Ten logins at once get one lab")
        func together() async throws {
            try await SampleClass.onHost { sample in
                let ssh = try sample.ssh()
                let statuses = try await withThrowingTaskGroup(of: Int32.self) { group in
                    for _ in 0..<10 { group.addTask { try await ssh.run("true").status } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(statuses == Array(repeating: 0, count: 10))
                let labs = try await sample.host.client.containers(labels: ["labgate.dev/student": "edu01"])
                #expect(labs.count == 1)
                _ = try await sample.presentLab()
            }
        }

        @Test("A port of a server in it can be reached through the gateway")
        func forwarding() async throws {
            try await SampleClass.onHost { sample in
                let server =
                    "import socket; s = socket.create_server(('127.0.0.1', 8000)); c, _ = s.accept(); "
                    + "c.sendall(c.recv(99).upper()); c.close()"
                let serving = try sample.ssh().start("python3 -c \"\(server)\"", input: .open)
                var words = ""
                let isAnswered = try await eventually(every: .milliseconds(300)) {
                    let client = try await sample.ssh().with("-W", "localhost:8000").run(input: .text("hello\n"))
                    words += client.errors
                    return client.output == "HELLO\n"
                }
                #expect(isAnswered, "\(words)")
                let answering = try await serving.end(within: .seconds(10))
                #expect(answering.status == 0, "\(answering.errors)")
                _ = try await sample.presentLab()
            }
        }
    }
}
