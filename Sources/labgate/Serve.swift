import ArgumentParser
import Classroom
import Gateway
import Glibc
import Kubernetes
import Logging
import SSHServer
import ServiceLifecycle
import Telemetry
import UnixSignals

/// `labgate serve`: the wiring of the whole gateway.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the gateway.",
        discussion: """
            SIGHUP reads the classroom again (changes are noticed by themselves, too). SIGTERM drains: nobody new gets \
            in, lab sessions go on for drainTimeout at most. SIGINT closes them at once, also during a drain. Labs are \
            left alone.

            A configuration, with its defaults; paths are relative to its folder:

              listen: ":2222"              # host:port
              hostKeys: keys               # folder; keys are made at the first start
              classroom: classroom         # folder of Course and Student documents
              drainTimeout: 1h
              kubernetes:                  # in a pod, the service account serves if nothing is said
                kubeconfig: ~              # otherwise KUBECONFIG, or ~/.kube/config
                context: ~
                namespace: ~               # where the labs live; otherwise that of the credentials
                classroom: false           # read Course and Student resources, too; then the folder may be left out
              docker: {}                   # in place of kubernetes: labs are containers of this host's engine
                socket: ~                  # otherwise DOCKER_HOST, /run/podman/podman.sock, /var/run/docker.sock
                project: labgate           # tells it from another labgate with the same engine
                database: usage.sqlite     # what students have used, and what is noted on labs
                memory: ~                  # that labs may request together; otherwise nine tenths of the host's
                network: none              # or a network of the engine's; labs see each other if its containers do
                homes: ~                   # folder of the homes; otherwise they are volumes of the engine
                registryLogins: ~          # a file as docker login writes it
              ssh:
                authenticationMethods: [publickey, password]   # codes follow either, see labgate totp
                loginGraceTime: 2m
                maximumTries: 6
                maximumUnauthenticatedConnections: 512
                maximumChannels: 32        # shells, commands and transfers at once on one connection
                maximumForwardedChannels: 256
                keepaliveInterval: 30s
                keepaliveCountMaximum: 3
                rekeyAfterMebibytes: 1024
                rekeyAfter: 1h
                eventLoops: 2              # one per core
              lifeCycle:                   # idle limits and budgets are exact to these
                tick: 5s                   # looks at this gateway's lab sessions
                sweepInterval: 15s         # looks of the elected gateway at all labs
                activityInterval: 60s      # marks on a pod of when its lab was last used
              metrics:                     # nowhere, if this is left out; nobody has to log in there
                listen: 127.0.0.1:9102     # HTTP: /metrics for Prometheus, /healthz, /readyz
              log:
                format: json               # or text
                level: info
            """
    )

    @OptionGroup var file: ConfigurationFile

    func run() async throws {
        let settings = try file.load()
        // A client or a log reader that goes away is an error of one write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        Telemetry.startLogging(format: settings.logFormat, level: settings.logLevel)
        let logger = Logger(label: "labgate")
        do {
            try await serve(settings, logger)
        } catch let error as ClassroomError {
            printError(error)
            throw ExitCode.failure
        } catch {
            // One line for people, whatever part could not start.
            printError("labgate: \(error)")
            throw ExitCode.failure
        }
    }

    private func serve(_ settings: Settings, _ logger: Logger) async throws {
        let folder = try settings.classroom.map { try ClassroomFolder(path: $0, logger: logger) }
        let metrics = Metrics(settings.metrics, logger: logger)
        if let docker = settings.docker, let folder {
            return try await Host.with(docker) { host in
                let backend = try await host.backend(logger: logger)
                try await services(settings, (.folder(folder), services(of: folder)), backend, metrics, logger).run()
            }
        }
        try await Cluster.with(settings.cluster, logger: logger) { cluster in
            let (source, sourceServices) = classroom(settings, folder, cluster, logger)
            let backend = Backend.kubernetes(
                cluster.client, namespace: cluster.namespace, studentReference: source.reference(ofStudent:),
                logger: logger)
            try await services(settings, (source, sourceServices), backend, metrics, logger).run()
        }
    }

    private func services(
        _ settings: Settings, _ classroom: (source: ClassroomSource, services: [any Service]), _ backend: Backend,
        _ metrics: Metrics?, _ logger: Logger
    ) throws -> ServiceGroup {
        let gateway = Gateway(classroom.source, backend, timing: settings.timing, logger: logger)
        let server = try SSHServer(
            configuration: try settings.server(), logger: logger, handlers: gateway.handlers(for:))

        let metricsServices = (metrics?.server(Readiness(gateway: gateway, server: server))).map { [$0] } ?? []
        // Started in this order, stopped in reverse: students leave before what they depend on does, and whoever watches
        // is told until the end.
        let services = (metricsServices + classroom.services + gateway.services).map {
            ServiceGroupConfiguration.ServiceConfiguration(service: $0)
        }
        return ServiceGroup(
            configuration: .init(
                services: services + [
                    .init(
                        service: SSHService(
                            server: server, drainTimeout: settings.drainTimeout,
                            serviceManager: ServiceManager(logger: logger)),
                        successTerminationBehavior: .gracefullyShutdownGroup)
                ],
                gracefulShutdownSignals: [.sigterm],
                logger: logger))
    }

    /// The classroom, and what keeps it up to date. Without custom resources there is a folder, the settings see to that.
    private func classroom(
        _ settings: Settings, _ folder: ClassroomFolder?, _ cluster: Cluster, _ logger: Logger
    ) -> (ClassroomSource, [any Service]) {
        let folderServices = folder.map(services(of:)) ?? []
        if !settings.cluster.readsClassroom, let folder { return (.folder(folder), folderServices) }
        let resources = ClassroomResources(
            client: cluster.client, namespace: cluster.namespace, folder: folder, logger: logger)
        return (.resources(resources), folderServices + [resources])
    }

    private func services(of folder: ClassroomFolder) -> [any Service] { [folder, ReloadOnHangUp(folder: folder)] }
}
