/// A Course document, with what the tests change about it.
struct CourseDocument {
    var name = "c"
    var image = Site.image
    var cpu = "1"
    /// nil for little where the limit is as usual, and else for labgate's default.
    var cpuRequest: String?
    /// In YAML's flow style, such as `{FOO: bar}`.
    var environment = "{}"
    /// Gone with the pod unless a test is about homes: volumes are few on some clusters.
    var home = "emptyDir: {}"
    var terminationGracePeriod = "1s"
    var startTimeout = "120s"
    var ephemeralStorage = "1Gi"
    var sftpServer: String?
    /// In YAML's flow style; nil for the default.
    var permitOpen: String?
    /// Source of the shared volume, such as `persistentVolumeClaim: material`; nil for the site's own folder.
    var shared: String?
    /// In YAML's flow style; nil for none.
    var podTemplate: String?
    /// Any more keys of the `spec`, with values in YAML's flow style: `["capacity": "1"]`.
    var more: [String: String] = [:]

    /// A `podTemplate` whose labs take this long to start; nil on one host, where nothing is there to hold one up.
    static func slowStart(seconds: Int) -> String? {
        guard Site.chosen == .cluster else { return nil }
        return "{spec: {initContainers: [{name: slow, image: \"\(Site.image)\", command: [sleep, \"\(seconds)\"]}]}}"
    }

    private var request: String? { cpuRequest ?? (cpu == "1" ? "50m" : nil) }

    var yaml: String {
        return """
            apiVersion: labgate.dev/v1alpha1
            kind: Course
            metadata: {name: \(name)}
            spec:
              image: "\(image)"
              shell: /bin/bash
              resources:
                cpu: "\(cpu)"
                memory: 512Mi
                ephemeralStorage: \(ephemeralStorage)
                requests: {\(request.map { "cpu: \($0), " } ?? "")memory: 64Mi}
              environment: \(environment)
              home: {mountPath: /home/student, \(home)}
              sharedVolumes: [{name: mybackup, mountPath: /mybackup, \(shared ?? Site.sharedVolume)}]
              terminationGracePeriod: \(terminationGracePeriod)
              startTimeout: \(startTimeout)
            \(podTemplate.map { "  podTemplate: \($0)\n" } ?? "")
            \(sftpServer.map { "  sftpServer: \($0)\n" } ?? "")
            \(permitOpen.map { "  permitOpen: \($0)\n" } ?? "")
            \(more.map { "  \($0.key): \($0.value)\n" }.joined())
            """
    }
}
