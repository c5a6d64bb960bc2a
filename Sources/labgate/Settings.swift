import Classroom
import Foundation
import Gateway
import Logging
import SSHServer
import Telemetry

/// The gateway's own configuration: one YAML file, read whole and checked whole.
struct Settings: Sendable {
    /// Where the Kubernetes API is, and with which credentials.
    struct Cluster: Sendable {
        /// nil for `KUBECONFIG` and `~/.kube/config`, or the service account when running in a pod.
        var kubeconfig: String?
        var context: String?
        /// nil for the namespace of the credentials.
        var namespace: String?
        /// Whether Course and Student documents are read from the cluster, too.
        var readsClassroom = false
    }

    /// Which container engine of this host runs labs, and how.
    struct Docker: Sendable {
        /// nil for `DOCKER_HOST`, or the first of the usual ones that is there.
        var socket: String?
        /// The file of ledgers and of what is noted on labs.
        var database: String
        var configuration = HostConfiguration()
    }

    /// Where students connect.
    var host = ""
    var port = 2222
    /// Folder of the host keys, made at the first start.
    var hostKeys = "keys"
    /// Folder of the Course and Student documents; nil if they are custom resources only.
    var classroom: String? = "classroom"
    var cluster = Cluster()
    /// nil if labs run on Kubernetes.
    var docker: Docker?
    /// Where metrics and health are served over HTTP; nil for nowhere.
    var metrics: ListenAddress?
    /// How long lab sessions may go on after SIGTERM.
    var drainTimeout: Duration = .seconds(3600)
    /// How often labs are looked after.
    var timing = LifeCycleTiming()
    var logFormat: LogFormat = .json
    var logLevel: Logger.Level = .info
    private var limits = Limits()

    /// What the `ssh` section may change; the defaults are `SSHServer.Configuration`'s.
    fileprivate struct Limits: Sendable {
        var methods: [Method]?
        var loginGraceTime: Duration?
        var maximumTries: Int?
        var maximumUnauthenticatedConnections: Int?
        var maximumChannels: Int?
        var maximumForwardedChannels: Int?
        var keepaliveInterval: Duration?
        var keepaliveCountMaximum: Int?
        var rekeyAfterMebibytes: Int?
        var rekeyAfter: Duration?
        var eventLoops: Int?
    }

    fileprivate enum Method: String, CaseIterable, Sendable {
        case publickey
        case password
    }

    /// Reads a configuration; relative paths in it are relative to its folder.
    static func load(_ path: String) throws(ClassroomError) -> (Settings, warnings: [Problem]) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        let (settings, warnings) = try DocumentReader.read(contentsOf: path) { Settings(reading: $0, in: folder) }
        return (settings, warnings)
    }

    private init?(reading file: DocumentReader, in folder: URL) {
        let path = { (text: String) in URL(fileURLWithPath: text, relativeTo: folder).path }
        let address = file.value("listen", .listenAddress, default: ListenAddress(host: host, port: port))
        (host, port) = (address.host, address.port)
        hostKeys = path(file.value("hostKeys", .string, default: hostKeys))
        drainTimeout = file.value("drainTimeout", .duration(in: .zero ... .seconds(604_800)), default: drainTimeout)
        cluster = file.value("kubernetes", .object { Cluster(reading: $0, path: path) }, default: cluster)
        docker = file.optional("docker", .object { Docker(reading: $0, path: path) })
        if file.has("kubernetes"), file.has("docker") {
            file.report("has kubernetes and docker, which exclude each other; keep one")
        }
        let folder = file.optional("classroom", .string).map(path)
        classroom = folder ?? (cluster.readsClassroom ? nil : path("classroom"))
        limits = file.value("ssh", .object(Limits.init(reading:)), default: limits)
        timing = file.value("lifeCycle", .object(LifeCycleTiming.init(reading:)), default: timing)
        metrics = file.optional("metrics", .object { $0.required("listen", .listenAddress) })
        let log = file.value("log", .object(Log.init(reading:)), default: Log())
        (logFormat, logLevel) = (log.format, log.level)
    }

    fileprivate struct Log {
        var format: LogFormat = .json
        var level: Logger.Level = .info
    }

    /// The SSH server's configuration.
    ///
    /// - Throws: `SSHServerError` if the host keys cannot be used.
    func server() throws(SSHServerError) -> SSHServer.Configuration {
        var server = SSHServer.Configuration(host: host, port: port, hostKeys: try .load(orMakeIn: hostKeys))
        if let methods = limits.methods {
            server.methods = methods.reduce(into: []) { $0.insert($1 == .password ? .password : .publicKey) }
        }
        server.loginGraceTime = limits.loginGraceTime ?? server.loginGraceTime
        server.maximumTries = limits.maximumTries ?? server.maximumTries
        server.maximumUnauthenticatedConnections =
            limits.maximumUnauthenticatedConnections ?? server.maximumUnauthenticatedConnections
        server.maximumChannels = limits.maximumChannels ?? server.maximumChannels
        server.maximumForwardedChannels = limits.maximumForwardedChannels ?? server.maximumForwardedChannels
        server.keepaliveInterval = limits.keepaliveInterval ?? server.keepaliveInterval
        server.keepaliveCountMaximum = limits.keepaliveCountMaximum ?? server.keepaliveCountMaximum
        if let mebibytes = limits.rekeyAfterMebibytes { server.rekeyAfterByteCount = UInt64(mebibytes) << 20 }
        server.rekeyAfter = limits.rekeyAfter ?? server.rekeyAfter
        server.eventLoopCount = limits.eventLoops ?? server.eventLoopCount
        return server
    }
}

extension Settings.Cluster {
    fileprivate init?(reading section: DocumentReader, path: (String) -> String) {
        kubeconfig = section.optional("kubeconfig", .string).map(path)
        context = section.optional("context", .string)
        namespace = section.optional("namespace", .dnsLabel)
        readsClassroom = section.value("classroom", .bool, default: false)
    }
}

extension Settings.Docker {
    fileprivate init?(reading section: DocumentReader, path: (String) -> String) {
        socket = section.optional("socket", .absolutePath)
        database = path(section.value("database", .string, default: "usage.sqlite"))
        configuration.project = section.value("project", .dnsLabel, default: configuration.project)
        configuration.memoryBytes = section.optional(
            "memory", .quantity("such as 24Gi", in: .mebibytes(64) ... .mebibytes(1 << 26))
        ).map { Int64($0.value) }
        configuration.network = section.value("network", .networkName, default: configuration.network)
        configuration.homes = section.optional("homes", .absolutePath)
        configuration.registryLogins = section.optional("registryLogins", .string).map(path)
    }
}

extension FieldType where Value == String {
    /// A network that keeps labs apart from the host: sharing the host's own, or another container's, does not.
    fileprivate static var networkName: FieldType {
        FieldType.string.requiring("must be none, or the name of a network of the engine other than host") { name in
            name != "host" && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
        }
    }
}

extension Settings.Limits {
    fileprivate init?(reading section: DocumentReader) {
        methods = section.optional("authenticationMethods", .list(of: .oneOf, minimumCount: 1))
        loginGraceTime = section.optional("loginGraceTime", .duration(in: .seconds(5) ... .seconds(3600)))
        maximumTries = section.optional("maximumTries", .int(in: 1...100))
        maximumUnauthenticatedConnections = section.optional(
            "maximumUnauthenticatedConnections", .int(in: 1...100_000))
        maximumChannels = section.optional("maximumChannels", .int(in: 1...1000))
        maximumForwardedChannels = section.optional("maximumForwardedChannels", .int(in: 0...1000))
        keepaliveInterval = section.optional("keepaliveInterval", .duration(in: .seconds(1) ... .seconds(3600)))
        keepaliveCountMaximum = section.optional("keepaliveCountMaximum", .int(in: 1...100))
        rekeyAfterMebibytes = section.optional("rekeyAfterMebibytes", .int(in: 1...1_048_576))
        rekeyAfter = section.optional("rekeyAfter", .duration(in: .seconds(60) ... .seconds(86_400)))
        eventLoops = section.optional("eventLoops", .int(in: 1...256))
    }
}

extension LifeCycleTiming {
    fileprivate init?(reading section: DocumentReader) {
        self.init()
        let range: ClosedRange<Duration> = .milliseconds(100) ... .seconds(600)
        tick = section.value("tick", .duration(in: range), default: tick)
        sweepInterval = section.value("sweepInterval", .duration(in: range), default: sweepInterval)
        activityInterval = section.value("activityInterval", .duration(in: range), default: activityInterval)
    }
}

extension Settings.Log {
    fileprivate init?(reading section: DocumentReader) {
        format = section.value("format", .oneOf, default: format)
        level = section.value("level", .oneOf, default: level)
    }
}
