import Foundation
@testable import TestSupport
import Testing

extension ClusterTests {
    /// What the kernel and the kubelet hold a lab to: whoever goes beyond hurts nobody else, and is told.
    @Suite(.sampleClass(course: ["idle": "{holdDown: 0s}"]))
    struct LimitTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        // MARK: Hurting nobody else

        /// How much longer a neighbour may wait than on a quiet machine: far less than a lab without limits would cost.
        private static let patience = 10

        /// How long a student waits for a command, at the median of a few.
        private func latency(of student: String) async throws -> Duration {
            var durations: [Duration] = []
            for index in 0..<3 {
                let child = try await sample.ssh(student).run("echo \(index)")
                #expect(child.output == "\(index)\n", "\(child.errors)")
                durations.append(child.duration)
            }
            return durations.sorted()[1]
        }

        /// Runs `harm` while a neighbour, whose lab runs, goes on working; its lab, the gateway and the node stay as well
        /// as they were.
        private func neighbourIsWell(_ harm: (_ isWell: () async throws -> Void) async throws -> Void) async throws {
            _ = try await latency(of: "edu02")
            let quiet = try await latency(of: "edu02")
            let lab = try await sample.namespace.pod(of: "edu02")
            try await harm {
                let busy = try await latency(of: "edu02")
                #expect(busy < quiet * Self.patience, "\(busy), and \(quiet) when it is quiet")
            }
            #expect(try sample.gateway.isRunning)
            let after = try await sample.namespace.pod(of: "edu02")
            #expect(after?["metadata"]["uid"] == lab?["metadata"]["uid"])
            #expect(after?["status"]["containerStatuses"].array.first?["restartCount"].int == 0)
            let nodes = try await JSON(parsing: Cluster.kubectl(["get", "nodes", "--output=json"]))["items"].array
            let node = nodes.first { $0["metadata"]["name"] == lab?["spec"]["nodeName"] }
            for condition in try #require(node)["status"]["conditions"].array {
                #expect(condition["status"].string == (condition["type"].string == "Ready" ? "True" : "False"))
            }
        }

        @Test("A fork bomb runs into the pods' limit of processes; its owner can stop the lab, and finds nothing of it in the next")
        func forkBomb() async throws {
            #expect(try await sample.ssh().run(Self.writing).output == "mine\nmine\n")
            try await neighbourIsWell { isWell in
                let bomb = try sample.ssh().start("f() { f | f & }; f; sleep 100")
                try await bomb.prints("fork: retry: Resource temporarily unavailable")
                try await isWell()
                let another = try await sample.ssh().run("true")
                // No process may be left for it, or for what starts it.
                let reasons = ["Cannot fork", "fork: ", "could not be run in your lab"]
                #expect(another.status == 0 || reasons.contains { another.errors.contains($0) }, "\(another.errors)")
                #expect(try await sample.ssh().run(":stop").status == 0)
                #expect(try await bomb.end().errors.contains("your lab was stopped: you have stopped it"))
            }
            #expect(try await sample.ssh().run(Self.reading).output == "/bin/ls\n")
        }

        @Test("Who uses up the memory loses the program, or with it the lab, and is told so")
        func memoryHog() async throws {
            try await neighbourIsWell { isWell in
                let hungry = #"perl -e 'my @x; push @x, "x" x (16 << 20) while 1'"#
                let hog = try sample.ssh().start("for i in 1 2 3 4 5 6; do \(hungry); done")
                try await isWell()
                let child = try await hog.end(within: .seconds(50))
                // As versions of cgroups have it.
                #expect(
                    child.errors.contains("Killed") || child.errors.contains("your lab has used up its memory"),
                    "\(child.errors)")
            }
            #expect(try await sample.ssh().run("echo again").output == "again\n")
        }

        @Test("Who fills the node's disk loses the lab, is told so, and gets another", .timeLimit(.minutes(10)))
        func diskFiller() async throws {
            try await sample.change {
                try sample.write(CourseDocument(name: "disk", ephemeralStorage: "64Mi"))
                try await sample.write(student: "filler", courses: ["disk"])
            }
            try await neighbourIsWell { isWell in
                let filler = try sample.ssh("filler").start("head -c 200M /dev/zero > /tmp/full; echo full; sleep 150")
                try await filler.prints("full")
                try await isWell()
                let child = try await filler.end(within: .seconds(150))
                // Its own, or none if it was not told any more.
                #expect(child.status == 137 || child.status == 254)
                #expect(child.errors.contains("your lab has failed (Evicted: "), "\(child.errors)")
                #expect(child.errors.contains("local"), "\(child.errors)")
                #expect(child.errors.contains("64Mi"), "\(child.errors)")
            }
            #expect(try await sample.ssh("filler").run("ls /tmp/full").errors.contains("No such file"))
        }

        // MARK: Limits and accounts

        /// Memory in bytes, CPUs in thousandths, processes, and what counts when CPUs are short; of a cgroup.
        private static let limits = """
            limits() { r=/sys/fs/cgroup
            if [ -e $r/cgroup.controllers ]; then
                cat $r$1/memory.max; read -r q p < $r$1/cpu.max; echo $((q * 1000 / p)); cat $r$1/pids.max
            else
                cat $r/memory$1/memory.limit_in_bytes
                echo $(($(cat $r/cpu$1/cpu.cfs_quota_us) * 1000 / $(cat $r/cpu$1/cpu.cfs_period_us)))
                cat $r/pids$1/pids.max; cat $r/cpu$1/cpu.shares
            fi; }
            """

        @Test("The limits that a lab sees are the course's, and so are those that the node sees")
        func limits() async throws {
            let inside = try await sample.ssh().run("\(Self.limits); limits").output.split(separator: "\n")
            #expect(inside.prefix(2) == ["\(512 << 20)", "1000"])
            // 1024 for a CPU that is asked for, on cgroups of version 1; the course asks for 50m.
            if inside.count > 3 { #expect(inside[3] == "51") }
            let pod = try #require(await sample.namespace.pod(of: "edu01"))
            let resources = try #require(pod["spec"]["containers"].array.first)["resources"]
            #expect(resources["limits"]["memory"].string == "512Mi" && resources["limits"]["cpu"].string == "1")
            #expect(resources["limits"]["ephemeral-storage"].string == "1Gi")
            guard Cluster.component != nil else { return }
            let uid = try #require(pod["metadata"]["uid"].string)
            let script = """
                \(Self.limits)
                path=$(find /sys/fs/cgroup -type d -name 'pod\(uid)' | head -n 1)
                path=${path#/sys/fs/cgroup}
                [ -e /sys/fs/cgroup/cgroup.controllers ] || path=/${path#/*/}
                limits "$path"
                """
            let outside = try await ChildProcess.run(["bash", "-c", script]).output.split(separator: "\n")
            #expect(outside.prefix(2) == inside.prefix(2))
            // The kubelet's, for the pod as a whole: nothing in a pod's manifest can say it.
            #expect(outside.count > 2 && outside[2] == "512", "\(outside)")
        }

        @Test("The CPU time that a student is told is what the kernel has counted")
        func accounting() async throws {
            try await sample.change {
                // CPU time is read every tenth of the limit.
                let idle = "{lab: 30s, warnings: [5s], maximumAge: 10m}"
                try sample.write(CourseDocument(name: "count", more: ["idle": idle, "quotas": "{cpuTime: {day: 1h}}"]))
                try await sample.write(student: "worker", courses: ["count"])
            }
            let ssh = try sample.ssh("worker")
            let count = """
                if [ -e /sys/fs/cgroup/cgroup.controllers ]; then sed -n 's/usage_usec //p' /sys/fs/cgroup/cpu.stat
                else echo $(($(cat /sys/fs/cgroup/cpuacct/cpuacct.usage) / 1000)); fi
                """
            func told() async throws -> Int? {
                try await ssh.run(":status").output.firstMatch(of: /CPU time today: (\d+)s of 1h used/).flatMap { Int($0.1) }
            }
            let before = try #require(Int(await ssh.run(count).output.trimmingCharacters(in: .newlines)))
            // The first reading of a lab is what is counted from.
            try await Task.sleep(for: .seconds(5))
            // By its own clock, however busy the machine is.
            let work = try await ssh.run("(ulimit -t 3; while :; do :; done); echo $?")
            #expect(work.output == "137\n", "\(work.errors)")
            let after = try #require(Int(await ssh.run(count).output.trimmingCharacters(in: .newlines)))
            let seconds = Double(after - before) / 1e6
            #expect(seconds > 2)
            let isTold = try await eventually(within: .seconds(20), every: .milliseconds(500)) {
                abs(Double(try await told() ?? 0) - seconds) < 1.5
            }
            let last = try await told() ?? 0
            #expect(isTold, "\(last) of \(seconds)")
        }

        // MARK: Images and namespaces

        /// Writes where a student can outside of the home, and tries to where only root may.
        private static let writing = """
            echo mine > /tmp/mine; echo mine > /var/tmp/mine; cat /tmp/mine /var/tmp/mine
            echo mine >> /etc/passwd; rm -f /bin/ls; touch /usr/bin/mine
            """
        private static let reading = "cat /tmp/mine /var/tmp/mine 2>/dev/null; grep mine /etc/passwd; ls /bin/ls"

        @Test("What a lab writes outside of its home is seen by no other lab of the image")
        func copyOnWrite() async throws {
            #expect(try await sample.ssh().run("true").status == 0)
            let child = try await sample.ssh().run(Self.writing)
            #expect(child.output == "mine\nmine\n")
            #expect(child.errors.split(separator: "\n").count == 3, "\(child.errors)")
            #expect(try await sample.ssh("edu02").run(Self.reading).output == "/bin/ls\n")
        }

        @Test("Labs have namespaces of their own, and see their own processes and name alone")
        func namespaces() async throws {
            let script = """
                readlink /proc/self/ns/pid /proc/self/ns/mnt /proc/self/ns/net /proc/self/ns/ipc /proc/self/ns/uts
                hostname; cat /proc/[0-9]*/comm | sort -u | xargs
                """
            let own = try await ChildProcess.run(["sh", "-c", script]).output.split(separator: "\n")
            var labs: [[Substring]] = []
            for student in ["edu01", "edu02"] {
                labs.append(try await sample.ssh(student).run(script).output.split(separator: "\n"))
            }
            try #require(labs[0].count == 7 && labs[1].count == 7 && own.count >= 6, "\(labs)")
            for index in 0..<6 { #expect(Set([labs[0][index], labs[1][index], own[index]]).count == 3) }
            for lab in labs {
                // Of another exec that is just entering there may be the runtime's own process.
                let seen = lab[6].split(separator: " ").filter { !$0.hasPrefix("runc") }
                #expect(Set(seen).isSubset(of: ["bash", "cat", "pause", "sh", "sleep", "sort", "xargs"]))
            }
        }
    }
}
