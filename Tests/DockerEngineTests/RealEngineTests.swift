import Foundation
import TestSupport
import Testing

@testable import DockerEngine

/// Containers on the real engine that `LABGATE_TEST_ENGINE` names.
@Suite(
    "Containers on a real engine", .enabled(if: TestEngine.isThere, "LABGATE_TEST_ENGINE is not set"), .serialized,
    .timeLimit(.minutes(5)))
struct RealEngineTests {
    @Test("The engine says what it is")
    func version() async throws {
        try await TestEngine.withClient { client in
            try await client.ping()
            let version = try await client.version()
            #expect(!version.version.isEmpty)
            #expect(try await client.apiVersion() >= .preferred)
        }
    }

    @Test("A container is created, started, seen, stopped and removed, and what is done already does no harm")
    func life() async throws {
        try await TestEngine.withClient { client in
            let name = TestEngine.uniqueName()
            var spec = TestEngine.spec()
            spec.labels = [TestEngine.label: name]
            let id = try await client.createContainer(named: name, spec).id
            let taken = await #expect(throws: EngineError.self) { try await client.createContainer(named: name, spec) }
            #expect(taken?.isNameInUse == true)
            #expect(try await client.container(id).state.isRunning == false)
            let early = await #expect(throws: EngineError.self) { try await client.output(of: ["true"], in: id) }
            #expect(early?.isWrongState == true)
            try await client.startContainer(id)
            try await client.startContainer(id)
            let container = try await client.container(name)
            #expect(container.id == id)
            #expect(container.name == name)
            #expect(container.labels[TestEngine.label] == name)
            #expect(container.image == TestEngine.image)
            #expect(container.state.isRunning)
            #expect(container.state.startedAt.map { abs($0.timeIntervalSinceNow) < 120 } == true)
            let listed = try await client.containers(labels: [TestEngine.label: name])
            #expect(listed.map(\.id) == [id])
            #expect(try await client.stats(ofContainer: id).cpuNanoseconds > 0)
            try await client.stopContainer(id, timeout: .seconds(1))
            try await client.stopContainer(id, timeout: .seconds(1))
            #expect(try await client.container(id).state.isRunning == false)
            try await client.removeContainer(id)
            let gone = await #expect(throws: EngineError.self) { try await client.container(id) }
            #expect(gone?.isNotFound == true)
        }
    }

    @Test("Limits and the seal are in force within")
    func limits() async throws {
        var spec = TestEngine.spec()
        spec.memoryBytes = 256 << 20
        spec.nanoCPUs = 500_000_000
        spec.pidsLimit = 77
        spec.environment = ["GREETING": "hello there"]
        spec.workingDirectory = "/tmp"
        spec.user = "0"
        try await TestEngine.withContainer(spec) { client, id in
            // Version 1 of cgroups has a file system for each controller, version 2 one for all.
            func limit(_ old: String, _ new: String) async throws -> String {
                let script = "cd /sys/fs/cgroup; cat \(old) 2>/dev/null || cat \(new)"
                return try await client.output(of: ["sh", "-c", script], in: id)
            }
            #expect(try await limit("memory/memory.limit_in_bytes", "memory.max") == "\(256 << 20)")
            #expect(try await limit("pids/pids.max", "pids.max") == "77")
            let quota = try await limit("cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us", "cpu.max")
            let numbers = quota.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
            #expect(numbers.count == 2 && numbers[0] / numbers[1] == 0.5, "\(quota)")
            let status = try await client.output(of: ["cat", "/proc/self/status"], in: id)
            #expect(status.contains("NoNewPrivs:\t1\n"))
            #expect(status.contains("Seccomp:\t2\n"))
            #expect(status.contains("CapEff:\t0000000000000000\n"))
            #expect(status.contains("CapBnd:\t0000000000000000\n"))
            #expect(
                try await client.output(of: ["sh", "-c", "echo $GREETING; pwd; ulimit -n"], in: id)
                    == "hello there\n/tmp\n1024")
        }
    }

    @Test("What is mounted read-only cannot be written to, not even by root, nor through what is mounted below it")
    func readOnly() async throws {
        let folder = try TemporaryFolder.make()
        try Data("material".utf8).write(to: folder.appending(path: "file"))
        var spec = TestEngine.spec()
        spec.user = "0"
        spec.mounts = [.bind(source: folder.path, target: "/mybackup", readOnly: true)]
        try await TestEngine.withContainer(spec) { client, id in
            #expect(try await client.output(of: ["cat", "/mybackup/file"], in: id) == "material")
            let script = "for f in new file; do echo x > /mybackup/$f; done 2>&1; rm /mybackup/file 2>&1"
            let refusals = try await client.output(of: ["sh", "-c", script], in: id)
            #expect(refusals.split(separator: "\n").count == 3)
            #expect(refusals.split(separator: "\n").allSatisfy { $0.contains("Read-only file system") }, "\(refusals)")
            let mounts = try await client.output(of: ["grep", " /mybackup", "/proc/self/mountinfo"], in: id)
            #expect(mounts.split(separator: "\n").count == 1)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
    }

    @Test("A volume outlives its containers")
    func volumes() async throws {
        try await TestEngine.withClient { client in
            let name = TestEngine.uniqueName()
            var volume = VolumeSpec(name: name)
            volume.labels = [TestEngine.label: name]
            #expect(try await client.createVolume(volume).name == name)
            #expect(try await client.createVolume(volume).name == name)
            var spec = TestEngine.spec()
            spec.mounts = [.volume(name: name, target: "/home/student", readOnly: false)]
            try await TestEngine.withContainer(spec) { client, id in
                _ = try await client.output(of: ["sh", "-c", "echo work > /home/student/work"], in: id)
                let used = await #expect(throws: EngineError.self) { try await client.removeVolume(named: name) }
                #expect(used?.code == .http(409))
            }
            try await TestEngine.withContainer(spec) { client, id in
                let work = try await client.output(of: ["cat", "/home/student/work"], in: id)
                #expect(work == "work")
            }
            #expect(try await client.volume(named: name).labels?[TestEngine.label] == name)
            try await client.removeVolume(named: name)
            let gone = await #expect(throws: EngineError.self) { try await client.volume(named: name) }
            #expect(gone?.isNotFound == true)
        }
    }

    @Test("An image is known, and one that is not there is told apart at creation and at the registry")
    func images() async throws {
        try await TestEngine.withClient { client in
            let image = try await client.image(named: TestEngine.image)
            #expect(image.byteCount > 0)
            let unknown = "localhost:5000/no-such-image:latest"
            let missing = await #expect(throws: EngineError.self) { try await client.image(named: unknown) }
            #expect(missing?.isNotFound == true)
            let creation = await #expect(throws: EngineError.self) {
                try await client.createContainer(named: TestEngine.uniqueName(), ContainerSpec(image: unknown))
            }
            #expect(creation?.isNotFound == true)
            let pull = await #expect(throws: EngineError.self) { try await client.pullImage(named: unknown) }
            #expect(pull?.message.isEmpty == false)
        }
    }

    @Test("An image is pulled from its registry, with news on the way", .enabled(if: TestEngine.image.hasPrefix("localhost:")))
    func pull() async throws {
        try await TestEngine.withClient { client in
            var news = 0
            try await client.pullImage(named: TestEngine.image) { if $0.status?.isEmpty == false { news += 1 } }
            #expect(news > 0)
        }
    }
}
