import Testing

@testable import Classroom

@Suite("Course")
struct CourseTests {
    @Test("An image is all that a course has to say")
    func defaults() throws {
        let course = try #require(try course(""))
        #expect(course.shell == "/bin/sh")
        #expect(course.runAsUser == 1000 && course.runAsGroup == 1000)
        #expect(course.runtimeClassName == nil && !course.userNamespaces)
        #expect(course.resources.limits.cpu.description == "1")
        #expect(course.resources.limits.memory.description == "512Mi")
        #expect(course.resources.limits.ephemeralStorage.description == "1Gi")
        #expect(course.resources.requests.cpu.description == "100m")
        #expect(course.resources.requests.memory.description == "128Mi")
        #expect(course.home.mountPath == "/home/student")
        #expect(course.home.storage == .persistentVolumeClaim(size: try Quantity("1Gi"), storageClassName: nil))
        #expect(course.startTimeout == .seconds(300) && course.terminationGracePeriod == .seconds(5))
        #expect(course.sharedVolumes.isEmpty && course.podTemplate == nil && course.sftpServer == nil)
        #expect(course.permitsOpening(host: "localhost", port: 1) && !course.permitsOpening(host: "10.0.0.1", port: 1))
        for name in ["LANG", "LC_ALL", "COLORTERM", "GIT_PROTOCOL", "NO_COLOR"] {
            #expect(course.acceptsEnvironment(name))
        }
        for name in ["LD_PRELOAD", "PATH", "LC_*", "LC_A=B", "", "lang"] { #expect(!course.acceptsEnvironment(name)) }
    }

    @Test("Every key arrives where it belongs")
    func everything() throws {
        let lines = """
            imagePullPolicy: IfNotPresent
            imagePullSecrets: [registry.example]
            shell: /bin/bash
            runAsUser: 2000
            runtimeClassName: gvisor
            userNamespaces: true
            resources: {cpu: 2, memory: 1.5Gi, ephemeralStorage: 2Gi, requests: {cpu: 0.5, memory: 256Mi}}
            sharedVolumes:
            - {name: book, mountPath: /mybackup, hostPath: /srv/book, readOnly: true}
            - {name: data, mountPath: /home/student/data, persistentVolumeClaim: data}
            - {name: conf, mountPath: /opt/conf, configMap: conf}
            - {name: far, mountPath: /far, nfs: {server: nas, path: /export}}
            home: {mountPath: /home/student, emptyDir: {}}
            environment: {LEVEL: "3", PATH: /usr/bin, EMPTY: ""}
            acceptEnvironment: [LANG, GIT_*]
            permitOpen: ["localhost:8080", "db.example:*"]
            sftpServer: /usr/lib/sftp-server
            startTimeout: 1m30s
            terminationGracePeriod: 1s
            podTemplate: {spec: {nodeSelector: {pool: labs}}}
            """
        let course = try #require(try course(lines))
        #expect(course.imagePullPolicy == .ifNotPresent)
        #expect(course.imagePullSecrets == ["registry.example"])
        #expect(course.shell == "/bin/bash" && course.sftpServer == "/usr/lib/sftp-server")
        #expect(course.runAsUser == 2000 && course.runAsGroup == 2000)
        #expect(course.runtimeClassName == "gvisor" && course.userNamespaces)
        #expect(course.resources.limits.memory == (try Quantity("1536Mi")))
        #expect(course.resources.requests.cpu == (try Quantity("500m")))
        #expect(
            course.sharedVolumes.map(\.source) == [
                .hostPath("/srv/book"), .persistentVolumeClaim("data"), .configMap("conf"),
                .nfs(server: "nas", path: "/export"),
            ])
        #expect(course.permitsOpening(host: "127.0.0.1", port: 8080) && course.permitsOpening(host: "db.example", port: 1))
        #expect(!course.permitsOpening(host: "127.0.0.1", port: 8081))
        #expect(course.home == Home(storage: .emptyDir))
        #expect(course.environment == ["LEVEL": "3", "PATH": "/usr/bin", "EMPTY": ""])
        #expect(course.acceptsEnvironment("GIT_PROTOCOL") && !course.acceptsEnvironment("TZ"))
        #expect(course.startTimeout == .seconds(90) && course.terminationGracePeriod == .seconds(1))
        #expect(course.podTemplate == ["spec": ["nodeSelector": ["pool": "labs"]]])
    }

    @Test("Requests never exceed the limits, and default ones give way")
    func requests() throws {
        let small = try #require(try course("resources: {cpu: 50m, memory: 64Mi}"))
        #expect(small.resources.requests.cpu.description == "50m")
        #expect(small.resources.requests.memory.description == "64Mi")
        #expect(
            problems(inCourse: "resources: {cpu: 1, requests: {cpu: 1500m}}") == [
                "c.yaml:6: spec.resources.requests: cpu 1500m is more than the limit of 1"
            ])
    }

    @Test("What is wrong in a course is said in words, with its line", arguments: refusals)
    func refusal(lines: String, expected: String) {
        #expect(problems(inCourse: lines) == ["c.yaml:\(expected)"])
    }

    static let refusals = [
        ("picture: x", "6: spec.picture: unknown key; known: \(knownKeys)"),
        ("runAsUSer: 5", "6: spec.runAsUSer: unknown key; did you mean runAsUser?"),
        ("runAsUser: 0", "6: spec.runAsUser: must be 1 to 2147483647, not 0"),
        ("runAsUser: 0x10", "6: spec.runAsUser: must be a whole number in decimal notation"),
        ("runAsUser: 0100", "6: spec.runAsUser: must be a whole number in decimal notation"),
        ("runAsUser: '5'", "6: spec.runAsUser: must be a whole number in decimal notation"),
        (
            "runtimeClassName: gVisor",
            "6: spec.runtimeClassName: must be lowercase letters, digits, - and ., and begin and end with a letter or digit"
        ),
        ("userNamespaces: 'yes'", "6: spec.userNamespaces: must be true or false"),
        (
            "runtimeClassName: kata\npodTemplate: {spec: {runtimeClassName: gvisor}}",
            "6: spec.runtimeClassName: is also said in podTemplate; remove one"
        ),
        (
            "userNamespaces: true\npodTemplate: {spec: {hostUsers: true}}",
            "6: spec.userNamespaces: is also said in podTemplate, as hostUsers; remove one"
        ),
        ("runAsGroup: -1", "6: spec.runAsGroup: must be 1 to 2147483647, not -1"),
        ("shell: bin/sh", "6: spec.shell: must be an absolute path without . or .. in it, and not end in /"),
        ("shell: /bin/../sh", "6: spec.shell: must be an absolute path without . or .. in it, and not end in /"),
        ("shell:", "6: spec.shell: has no value; write one or remove the key"),
        ("shell: [a]", "6: spec.shell: must be a single value, not a list"),
        ("imagePullPolicy: always", "6: spec.imagePullPolicy: always is not known; did you mean Always?"),
        (
            "resources: {memory: 512m}",
            "6: spec.resources.memory: must be 8Mi to 16384Gi, not 512m; "
                + "memory is in bytes: 512Mi is 512 MiB, 512m is half a byte"
        ),
        (
            "resources: {cpu: 512Mi}",
            "6: spec.resources.cpu: must be 10m to 1024, not 512Mi; 1 is one CPU, 500m is half of one"
        ),
        (
            "resources:\n  memory: 1GB",
            "7: spec.resources.memory: 1GB is not a Kubernetes quantity such as 500m, 1.5 or 512Mi"
        ),
        ("resources: {gpu: 1}", "6: spec.resources.gpu: unknown key; did you mean cpu?"),
        ("startTimeout: 300", "6: spec.startTimeout: is not a duration: 300 has no unit; write 300s"),
        ("startTimeout: 2h", "6: spec.startTimeout: must be 1s to 1h, not 2h"),
        ("terminationGracePeriod: 0s", "6: spec.terminationGracePeriod: must be 1s to 5m, not 0s"),
        ("environment: {DEBUG: 1}", "6: spec.environment.DEBUG: 1 without quotes is a number in YAML; write \"1\""),
        ("environment: {A-B: x}", "6: spec.environment.A-B: must be letters, digits and _ and not begin with a digit"),
        (
            "environment: {A: \"\\0\"}",
            "6: spec.environment.A: must not contain NUL"
        ),
        ("acceptEnvironment: LANG", "6: spec.acceptEnvironment: must be a list, not a single value"),
        (
            "acceptEnvironment:\n- LANG\n- '*'",
            "8: spec.acceptEnvironment[1]: * could match LD_*, which clients must not set"
        ),
        ("home: {emptyDir: }", "6: spec.home.emptyDir: must be a mapping of keys to values, not nothing"),
        (
            "home: {emptyDir: {}, persistentVolumeClaim: {}}",
            "6: spec.home: has persistentVolumeClaim and emptyDir, which exclude each other; keep one"
        ),
        ("home: {mountPath: /}", "6: spec.home.mountPath: must not be / or inside /proc, /sys or /dev"),
        ("image: gcc:14", "5: the key image is given twice in one mapping"),
        ("<<: {shell: /bin/sh}", "6: spec.<<: YAML merge keys are not supported; write the keys out"),
    ]

    private static let knownKeys =
        "acceptEnvironment, capacity, environment, exams, gatewayCommands, home, idle, image, imagePullPolicy, "
        + "imagePullSecrets, openingHours, permitOpen, podTemplate, quotas, resources, runAsGroup, runAsUser, "
        + "runtimeClassName, sftpServer, sharedVolumes, shell, startTimeout, term, terminationGracePeriod, timeZone, "
        + "userNamespaces"

    @Test("What is wrong in a shared volume is said in words", arguments: volumeRefusals)
    func volumeRefusal(volume: String, expected: String) {
        #expect(problems(inCourse: "sharedVolumes:\n- {\(volume)}") == ["c.yaml:\(expected)"])
    }

    static let volumeRefusals = [
        (
            "name: a, mountPath: /a, configMap: a, readOnly: false",
            "7: spec.sharedVolumes[0].readOnly: shared volumes are always read-only; remove this key"
        ),
        (
            "name: a, mountPath: /a, configMap: a, accessMode: ReadWriteMany",
            "7: spec.sharedVolumes[0].accessMode: shared volumes are always read-only; remove this key"
        ),
        (
            "name: a, mountPath: /a, configMap: a, readOnly: 0",
            "7: spec.sharedVolumes[0].readOnly: must be true or false"
        ),
        (
            "name: a, mountPath: /a, configMap: a, readOnly: no",
            "7: spec.sharedVolumes[0].readOnly: must be true or false"
        ),
        (
            "name: a, mountPath: /a",
            "7: spec.sharedVolumes[0]: needs one of hostPath, persistentVolumeClaim, configMap, nfs"
        ),
        (
            "name: a, mountPath: /a, configMap: a, hostPath: /srv/a",
            "7: spec.sharedVolumes[0]: has hostPath and configMap, which exclude each other; keep one"
        ),
        ("mountPath: /a, configMap: a", "7: spec.sharedVolumes[0].name: missing; it is required"),
        ("name: a, configMap: a", "7: spec.sharedVolumes[0].mountPath: missing; it is required"),
        (
            "name: home, mountPath: /a, configMap: a",
            "7: spec.sharedVolumes[0].name: the name home is taken by the student's own volume"
        ),
        (
            "name: a, mountPath: /dev/shm, configMap: a",
            "7: spec.sharedVolumes[0].mountPath: must not be / or inside /proc, /sys or /dev"
        ),
        ("name: a, mountPath: /a, nfs: {server: s}", "7: spec.sharedVolumes[0].nfs.path: missing; it is required"),
        (
            "name: a, mountPath: /home, configMap: a",
            "6: spec.sharedVolumes: the home /home/student would lie on a, which is read-only"
        ),
    ]

    @Test(
        "Folders that show the node are not shared",
        arguments: [
            "/", "/etc", "/etc/kubernetes", "/run/containerd", "/var", "/var/lib", "/var/lib/kubelet/pods", "/proc/1",
        ])
    func nodeFolders(path: String) {
        let expected =
            "c.yaml:7: spec.sharedVolumes[0].hostPath: \(path) would show the node itself to students; "
            + "share a folder of its own"
        #expect(problems(inCourse: "sharedVolumes:\n- {name: a, mountPath: /a, hostPath: \(path)}") == [expected])
    }

    @Test("Folders beside them are", arguments: ["/srv/book", "/etcetera", "/var/lib/labgate", "/data"])
    func otherFolders(path: String) {
        #expect(problems(inCourse: "sharedVolumes:\n- {name: a, mountPath: /a, hostPath: \(path)}").isEmpty)
    }

    @Test("Two volumes cannot have one name or one place")
    func duplicateVolumes() {
        let lines = """
            sharedVolumes:
            - {name: a, mountPath: /a, configMap: a}
            - {name: a, mountPath: /a, configMap: b}
            """
        #expect(
            problems(inCourse: lines) == [
                "c.yaml:6: spec.sharedVolumes: two volumes are called a",
                "c.yaml:6: spec.sharedVolumes: two volumes are mounted at /a",
            ])
    }
}
