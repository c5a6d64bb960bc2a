/// What a lab is made of: image, shell, resources, volumes and what the client may bring along; and how it may be used:
/// idle rules, quotas, capacity and calendar.
public struct Course: Hashable, Sendable {
    /// When the node pulls the image; Kubernetes decides by the tag if a course does not say.
    public enum ImagePullPolicy: String, Hashable, Sendable, CaseIterable {
        case always = "Always"
        case ifNotPresent = "IfNotPresent"
        case never = "Never"
    }

    /// The course's name; a DNS-1123 label.
    public var name: String
    /// The labs' container image.
    public var image: String
    /// When the node pulls the image; nil leaves it to Kubernetes.
    public var imagePullPolicy: ImagePullPolicy?
    /// Names of the secrets with the registry's credentials.
    public var imagePullSecrets: [String]
    /// The login shell, an absolute path in the image.
    public var shell: String
    /// The user id of everything in the lab; never 0.
    public var runAsUser: Int
    /// The group id of everything in the lab; never 0.
    public var runAsGroup: Int
    /// The RuntimeClass that labs run under, such as gVisor's or Kata's; nil for the nodes' ordinary runtime.
    public var runtimeClassName: String?
    /// Whether each lab has a user namespace of its own, so that no user in it is one of the node.
    public var userNamespaces: Bool
    /// What a lab may consume and what is set aside for it.
    public var resources: LabResources
    /// Read-only files that every lab of the course sees.
    public var sharedVolumes: [SharedVolume]
    /// The student's own folder.
    public var home: Home
    /// Variables that every process of the lab gets. May name anything, `PATH` too: staff write it.
    public var environment: [String: String]
    /// Variables that the client may set.
    public var acceptEnvironment: [EnvironmentPattern]
    /// Where clients may forward TCP connections to, out of the lab; empty for nowhere.
    public var permitOpen: [ForwardingDestination]
    /// Absolute path of the image's sftp-server; nil if it is to be looked for in the usual places.
    public var sftpServer: String?
    /// How long a lab may take from creation until it is ready.
    public var startTimeout: Duration
    /// How long processes of a lab that is deleted get between SIGTERM and SIGKILL.
    public var terminationGracePeriod: Duration
    /// When labs and lab sessions are ended.
    public var idle: IdleRules
    /// Whether commands such as `:status` are for the gateway and not for the lab.
    public var gatewayCommands: Bool
    /// How many labs of the course there may be at once; nil for no limit.
    public var capacity: Int?
    /// What each student may have and use; see ``quotas(for:)``.
    public var quotas: Quotas
    /// Its time zone, term, opening hours and exams.
    public var calendar: CourseCalendar
    /// `metadata` and `spec` of a pod, laid over the one that the gateway makes. Checked by ``PodTemplatePolicy``.
    public var podTemplate: DocumentValue?
    /// Where the course's document is.
    public var source: SourceLocation

    /// Makes a course; everything but its name and image has a default.
    public init(
        name: String,
        image: String,
        imagePullPolicy: ImagePullPolicy? = nil,
        imagePullSecrets: [String] = [],
        shell: String = "/bin/sh",
        runAsUser: Int = 1000,
        runAsGroup: Int? = nil,
        runtimeClassName: String? = nil,
        userNamespaces: Bool = false,
        resources: LabResources = LabResources(),
        sharedVolumes: [SharedVolume] = [],
        home: Home = Home(),
        environment: [String: String] = [:],
        acceptEnvironment: [EnvironmentPattern] = EnvironmentPattern.defaults,
        permitOpen: [ForwardingDestination] = ForwardingDestination.defaults,
        sftpServer: String? = nil,
        startTimeout: Duration = .seconds(300),
        terminationGracePeriod: Duration = .seconds(5),
        idle: IdleRules = IdleRules(),
        gatewayCommands: Bool = true,
        capacity: Int? = nil,
        quotas: Quotas = Quotas(),
        calendar: CourseCalendar = CourseCalendar(),
        podTemplate: DocumentValue? = nil,
        source: SourceLocation = SourceLocation(file: "", line: nil)
    ) {
        self.name = name
        self.image = image
        self.imagePullPolicy = imagePullPolicy
        self.imagePullSecrets = imagePullSecrets
        self.shell = shell
        self.runAsUser = runAsUser
        self.runAsGroup = runAsGroup ?? runAsUser
        self.runtimeClassName = runtimeClassName
        self.userNamespaces = userNamespaces
        self.resources = resources
        self.sharedVolumes = sharedVolumes
        self.home = home
        self.environment = environment
        self.acceptEnvironment = acceptEnvironment
        self.permitOpen = permitOpen
        self.sftpServer = sftpServer
        self.startTimeout = startTimeout
        self.terminationGracePeriod = terminationGracePeriod
        self.idle = idle
        self.gatewayCommands = gatewayCommands
        self.capacity = capacity
        self.quotas = quotas
        self.calendar = calendar
        self.podTemplate = podTemplate
        self.source = source
    }

    /// What a student may have and use in the course: its quotas, and in their place those that the student has.
    public func quotas(for student: Student) -> Quotas {
        student.quotas.applied(to: quotas)
    }

    /// Whether a client may forward connections there.
    public func permitsOpening(host: String, port: Int) -> Bool {
        permitOpen.contains { $0.matches(host: host, port: port) }
    }

    /// Whether a client may set this variable.
    public func acceptsEnvironment(_ name: String) -> Bool {
        acceptEnvironment.contains { $0.matches(name) }
    }
}
