public import Classroom
public import DockerEngine
import Foundation

/// What of a host and its engine will be missed when students come, and what can be done without.
public struct HostSurvey: Sendable {
    /// Something that is missing.
    public struct Finding: Hashable, Sendable {
        /// Whether some lab cannot run, or not safely.
        public let isGrave: Bool
        /// What is missing, and what that means.
        public let words: String
    }

    private let client: EngineClient
    private let configuration: HostConfiguration

    /// - Parameter client: the host's engine.
    public init(_ client: EngineClient, _ configuration: HostConfiguration) {
        self.client = client
        self.configuration = configuration
    }

    /// Looks at the host, and at what the courses need of it. Only tries what cannot be asked for, and takes it away again.
    ///
    /// - Throws: `EngineError` if the engine cannot be asked.
    public func findings(_ courses: [Course]) async throws(EngineError) -> [Finding] {
        var findings = try await host() + storage(courses)
        for course in courses { findings += try await needs(of: course) }
        return findings
    }

    // MARK: The host

    private func host() async throws(EngineError) -> [Finding] {
        let info = try await client.info()
        let limits = [
            (info.limitsMemory, "memory", "memory"), (info.limitsCPU, "CPU time", "cpu"),
            (info.limitsPids, "processes", "pids"),
        ]
        var findings = limits.filter { $0.0 == false }.map {
            grave("the \($0.1) of labs cannot be limited: this host lacks the cgroup controller \($0.2)")
        }
        if let options = info.securityOptions, !options.contains(where: { $0.contains("seccomp") }) {
            findings.append(grave("the engine does not confine system calls (seccomp)"))
        }
        if try await !hasNetwork() { findings.append(grave("there is no network \(configuration.network)")) }
        if let homes = configuration.homes, !FileManager.default.isWritableFile(atPath: homes) {
            findings.append(grave("homes: \(homes) is not there, or cannot be written"))
        }
        return findings
    }

    private func hasNetwork() async throws(EngineError) -> Bool {
        if configuration.network == "none" { return true }
        return try await isThere { () async throws(EngineError) in
            try await client.checkNetwork(named: configuration.network)
        }
    }

    /// What can be limited depends on file systems, and engines tell by refusing.
    private func storage(_ courses: [Course]) async throws(EngineError) -> [Finding] {
        var findings: [Finding] = []
        let name = "labgate-check-\(UInt64.random(in: .min ... .max))"
        if configuration.homes != nil {
            findings.append(slight("the size of homes is not limited: they are folders"))
        } else {
            var volume = VolumeSpec(name: name)
            let isPodman = try await client.version().isPodman
            volume.driverOptions = HostHome.options(byteCount: 1 << 20, isPodman: isPodman)
            if try await isRefused({ () async throws(EngineError) in _ = try await client.createVolume(volume) }) {
                findings.append(slight("the size of homes cannot be limited: their file system has no project quotas"))
            } else {
                try await client.removeVolume(named: name)
            }
        }
        guard try await client.info().mindsStorageLimits else {
            let words = "what labs write outside of their homes is not limited: Docker stores images by containerd"
            return findings + [slight(words)]
        }
        for course in courses {
            guard try await isThere({ () async throws(EngineError) in _ = try await client.image(named: course.image) })
            else { continue }
            var container = ContainerSpec(image: course.image)
            container.storageBytes = 1 << 30
            let isRefused = try await isRefused { () async throws(EngineError) in
                _ = try await client.createContainer(named: name, container)
            }
            guard isRefused else {
                try await client.removeContainer(name)
                break
            }
            findings.append(
                slight("what labs write outside of their homes cannot be limited (XFS mounted with pquota has limits)"))
            break
        }
        return findings
    }

    // MARK: Courses

    private func needs(of course: Course) async throws(EngineError) -> [Finding] {
        let checked = HostCourse(course)
        var findings =
            checked.problems.map { grave("course \(course.name): \($0)") }
            + checked.remarks.map { slight("course \(course.name): \($0)") }
        if try await !isThere({ () async throws(EngineError) in _ = try await client.image(named: course.image) }) {
            let words = "course \(course.name): the image \(course.image) is not on this host"
            findings.append(
                course.imagePullPolicy == .never ? grave(words) : slight("\(words) yet; the first login fetches it"))
        }
        for volume in course.sharedVolumes {
            switch volume.source {
            case .hostPath(let path) where !FileManager.default.isFolder(atPath: path):
                findings.append(grave("course \(course.name): the shared folder \(path) is not on this host"))
            case .persistentVolumeClaim(let name):
                if try await !isThere({ () async throws(EngineError) in _ = try await client.volume(named: name) }) {
                    findings.append(grave("course \(course.name): the shared volume \(name) is not on this host"))
                }
            case .hostPath, .nfs, .configMap:
                break
            }
        }
        return findings
    }

    // MARK: Asking

    private func grave(_ words: String) -> Finding { Finding(isGrave: true, words: words) }
    private func slight(_ words: String) -> Finding { Finding(isGrave: false, words: words) }

    private func isThere(_ request: () async throws(EngineError) -> Void) async throws(EngineError) -> Bool {
        do throws(EngineError) {
            try await request()
            return true
        } catch {
            if error.isNotFound { return false }
            throw error
        }
    }

    private func isRefused(_ request: () async throws(EngineError) -> Void) async throws(EngineError) -> Bool {
        do throws(EngineError) {
            try await request()
            return false
        } catch {
            if case .http = error.code, !error.isRetryable { return true }
            throw error
        }
    }
}

extension FileManager {
    /// Whether there is a folder, or a link to one.
    func isFolder(atPath path: String) -> Bool {
        var isFolder: ObjCBool = false
        return fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
