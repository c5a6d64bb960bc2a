import Yams

extension Course {
    /// User and group ids that Kubernetes accepts, but for 0: labs are never root.
    private static let nonRootIDs = 1...Int(Int32.max)

    /// Reads a course's `spec`.
    init?(name: String, source: SourceLocation, reading spec: DocumentReader) {
        let image = spec.required("image", .imageReference)
        self.init(name: name, image: image ?? "", source: source)
        imagePullPolicy = spec.optional("imagePullPolicy", .oneOf)
        imagePullSecrets = spec.value("imagePullSecrets", .list(of: .dnsSubdomain), default: [])
        shell = spec.value("shell", .absolutePath, default: shell)
        sftpServer = spec.optional("sftpServer", .absolutePath)
        runAsUser = spec.value("runAsUser", .int(in: Self.nonRootIDs), default: runAsUser)
        runAsGroup = spec.value("runAsGroup", .int(in: Self.nonRootIDs), default: runAsUser)
        runtimeClassName = spec.optional("runtimeClassName", .dnsSubdomain)
        userNamespaces = spec.value("userNamespaces", .bool, default: userNamespaces)
        resources = spec.value("resources", .object(LabResources.init(reading:)), default: resources)
        sharedVolumes = spec.value("sharedVolumes", .list(of: .object(SharedVolume.init(reading:))), default: [])
        home = spec.value("home", .object(Home.init(reading:)), default: home)
        environment = spec.value("environment", .environment, default: [:])
        acceptEnvironment = spec.value(
            "acceptEnvironment", .list(of: .environmentPattern), default: acceptEnvironment)
        permitOpen = spec.value("permitOpen", .list(of: .forwardingDestination), default: permitOpen)
        startTimeout = spec.value(
            "startTimeout", .duration(in: .seconds(1) ... .seconds(3600)), default: startTimeout)
        terminationGracePeriod = spec.value(
            "terminationGracePeriod", .duration(in: .seconds(1) ... .seconds(300)), default: terminationGracePeriod)
        idle = spec.value("idle", .object(IdleRules.init(reading:)), default: idle)
        gatewayCommands = spec.value("gatewayCommands", .bool, default: gatewayCommands)
        capacity = spec.optional("capacity", .int(in: 1...1_000_000))
        calendar = CourseCalendar(reading: spec)
        quotas = spec.value("quotas", .object(quotas(reading:)), default: quotas)
        checkMounts(spec)
        let policy = PodTemplatePolicy(sharedVolumeNames: Set(sharedVolumes.map(\.name)))
        podTemplate = spec.optional("podTemplate", .podTemplate(policy))
        checkIsolation(spec)
        if image == nil { return nil }
    }

    /// Reads `quotas`, once the calendar has been read.
    private func quotas(reading reader: DocumentReader) -> Quotas {
        let given = QuotaOverrides(reading: reader)
        if calendar.term == nil {
            for meter in given.metersWithTerm {
                reader.report("has a budget for the term, but the course has no term; add it", at: meter.rawValue)
            }
        }
        return given.applied(to: quotas)
    }

    /// Reports a second wall that the pod template would put elsewhere, or take down.
    private func checkIsolation(_ spec: DocumentReader) {
        let template = podTemplate?["spec"]
        if runtimeClassName != nil, template?["runtimeClassName"] != nil {
            spec.report("is also said in podTemplate; remove one", at: "runtimeClassName")
        }
        if userNamespaces, template?["hostUsers"] != nil {
            spec.report("is also said in podTemplate, as hostUsers; remove one", at: "userNamespaces")
        }
    }

    /// Reports volumes that share a name or a place, and a home that would lie on a read-only volume.
    private func checkMounts(_ spec: DocumentReader) {
        var names: Set<String> = []
        var places: Set<String> = []
        for volume in sharedVolumes {
            if !names.insert(volume.name).inserted {
                spec.report("two volumes are called \(volume.name)", at: "sharedVolumes")
            }
            if !places.insert(volume.mountPath).inserted {
                spec.report("two volumes are mounted at \(volume.mountPath)", at: "sharedVolumes")
            }
            if home.mountPath.isInside(volume.mountPath) {
                let message = "the home \(home.mountPath) would lie on \(volume.name), which is read-only"
                spec.report(message, at: "sharedVolumes")
            }
        }
    }
}

extension FieldType where Value == EnvironmentPattern {
    /// A pattern of variable names that a client may set.
    static var environmentPattern: FieldType {
        FieldType<String>.string.parsed(EnvironmentPattern.init)
    }
}

extension FieldType where Value == [String: String] {
    /// Variables by name. Values may be empty; names must be such as every shell can export.
    static var environment: FieldType {
        FieldType { field in
            guard let members = field.mapping() else { return nil }
            return members.reduce(into: [:]) { variables, member in
                guard EnvironmentName.isValid(member.key) else {
                    member.value.report("must be letters, digits and _ and not begin with a digit")
                    return
                }
                variables[member.key] = FieldType<String>.environmentValue.read(member.value)
            }
        }
    }
}

extension FieldType where Value == String {
    /// Any text that an environment can hold; `""` too.
    fileprivate static var environmentValue: FieldType {
        FieldType { field in
            if let scalar = field.node.scalar, scalar.string.isEmpty, !scalar.isNull { return "" }
            return FieldType.string.requiring("must not contain NUL") { !$0.utf8.contains(0) }.read(field)
        }
    }
}
