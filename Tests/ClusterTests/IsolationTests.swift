import Foundation
@testable import TestSupport
import Testing

extension ClusterTests {
    /// What a lab may do: read the course's files, write its home, and nothing to anybody else.
    @Suite(.sampleClass(labsOf: "edu01", "edu02"))
    struct IsolationTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        private static let attempts = [
            "echo x > /mybackup/new", "touch /mybackup/new", "mkdir /mybackup/new", "rm /mybackup/README",
            "mv /mybackup/README /mybackup/other", "ln -s /etc/passwd /mybackup/link",
        ]

        @Test("The course's files can be read and not be written to", arguments: ["edu01", "edu02"])
        func readOnly(_ student: String) async throws {
            #expect(try await sample.ssh(student).run("test -s /mybackup/README").status == 0)
            for attempt in Self.attempts {
                let child = try await sample.ssh(student).run(attempt)
                #expect(child.status != 0, "\(attempt)")
                #expect(child.errors.contains("Read-only file system"), "\(attempt): \(child.errors)")
            }
            // Not this student's file in the first place, which is what the kernel looks at first.
            #expect(try await sample.ssh(student).run("echo x >> /mybackup/README").status != 0)
            #expect(try await sample.ssh(student).run("test -s /mybackup/README").status == 0)
            #expect(try await sample.ssh(student).run("grep ' /mybackup ' /proc/mounts | grep -c '[ ,]ro[ ,]'").output == "1\n")
        }

        @Test("They stay read-only under an overlay that mounts them once more and adds a sidecar that does")
        func readOnlyUnderOverlay() async throws {
            var course = CourseDocument(name: "overlay")
            let mounts = "[{name: mybackup, mountPath: /mybackup2, readOnly: true}]"
            course.podTemplate = """
                {metadata: {annotations: {example.edu/team: blue}}, spec: {containers: [\
                {name: lab, volumeMounts: \(mounts)}, \
                {name: sidecar, image: "\(Site.image)", command: [sleep, infinity], volumeMounts: \(mounts), \
                resources: {limits: {cpu: 100m, memory: 32Mi}}}]}}
                """
            try await sample.change {
                try sample.write(course)
                try await sample.write(student: "edu01", courses: ["c", "overlay"])
            }
            for folder in ["/mybackup", "/mybackup2"] {
                let child = try await sample.ssh("edu01+overlay").run("test -s \(folder)/README && touch \(folder)/new")
                #expect(child.errors.contains("\(folder)/new': Read-only file system"), "\(child.errors)")
            }
            let pod = try #require(await sample.namespace.pod(of: "edu01", course: "overlay"))
            #expect(pod["metadata"]["annotations"]["example.edu/team"].string == "blue")
            #expect(pod["spec"]["containers"].array.count == 2)
            checkSeal(pod)
            let child = try await sample.namespace.kubectl(
                "exec", pod["metadata"]["name"].string ?? "", "--container=sidecar", "--",
                "sh", "-c", "touch /mybackup2/new 2>&1 || true")
            #expect(child.contains("Read-only file system"))
        }

        @Test("An overlay that would make them writable is refused, with file and line")
        func writableOverlay() async throws {
            var course = CourseDocument(name: "evil")
            let mount = "{name: mybackup, mountPath: /rw, readOnly: false}"
            course.podTemplate = "{spec: {containers: [{name: lab, volumeMounts: [\(mount)]}]}}"
            try sample.write(course)
            defer { try? FileManager.default.removeItem(at: sample.classroom.appending(path: "course-evil.yaml")) }
            let check = try await LabgateProcess.run("check", "--config", sample.configuration.path)
            #expect(check.status != 0)
            #expect(check.errors.contains("course-evil.yaml:17: spec.podTemplate.spec.containers[0].volumeMounts[0]"))
        }

        @Test("The pod is what the restricted security standard asks for, and says whose it is")
        func pod() async throws {
            let pod = try #require(await sample.namespace.pod(of: "edu01"))
            checkSeal(pod)
            let (metadata, spec) = (pod["metadata"], pod["spec"])
            #expect(metadata["labels"]["app.kubernetes.io/managed-by"].string == "labgate")
            #expect(metadata["labels"]["labgate.dev/student"].string == "edu01")
            #expect(metadata["labels"]["labgate.dev/course"].string == "c")
            #expect(metadata["annotations"]["labgate.dev/spec-hash"].string?.count == 16)
            #expect(spec["terminationGracePeriodSeconds"].int == 1)
            let container = try #require(spec["containers"].array.first)
            #expect(container["resources"]["limits"]["cpu"].string == "1")
            #expect(container["resources"]["limits"]["memory"].string == "512Mi")
            #expect(container["resources"]["requests"]["memory"].string == "64Mi")
        }

        /// What holds for every lab, whatever its course says.
        private func checkSeal(_ pod: JSON) {
            let spec = pod["spec"]
            #expect(spec["automountServiceAccountToken"].bool == false)
            #expect(spec["enableServiceLinks"].bool == false)
            for key in ["hostNetwork", "hostPID", "hostIPC"] { #expect(spec[key].bool != true, "\(key)") }
            #expect(spec["securityContext"]["runAsNonRoot"].bool == true)
            #expect(spec["securityContext"]["runAsUser"].int == 1000)
            #expect(spec["securityContext"]["seccompProfile"]["type"].string == "RuntimeDefault")
            #expect(!spec["volumes"].array.contains { $0["name"].string?.contains("token") == true })
            for container in spec["containers"].array + spec["initContainers"].array {
                let (name, context) = (container["name"], container["securityContext"])
                #expect(context["privileged"].bool != true, "\(name)")
                #expect(context["allowPrivilegeEscalation"].bool == false, "\(name)")
                #expect(context["runAsNonRoot"].bool == true, "\(name)")
                #expect(context["capabilities"]["drop"].array.map(\.string) == ["ALL"], "\(name)")
                for amount in ["cpu", "memory"] {
                    #expect(container["resources"]["limits"][amount].string != nil, "\(name) \(amount)")
                }
                for mount in container["volumeMounts"].array where mount["name"].string == "mybackup" {
                    #expect(mount["readOnly"].bool == true, "\(name)")
                }
            }
        }

        @Test("Inside, nothing runs as root, nothing can become root, and no credential of the cluster is there")
        func inside() async throws {
            let script = """
                id -u; id -g
                grep -E '^(CapEff|CapPrm|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | tr -d '\\t '
                ls /var/run/secrets /run/secrets 2>/dev/null
                """
            let lines = try await sample.ssh().run(script).output.split(separator: "\n").map(String.init)
            #expect(lines.prefix(2) == ["1000", "1000"])
            for fact in ["CapEff:0000000000000000", "CapPrm:0000000000000000", "CapBnd:0000000000000000"] {
                #expect(lines.contains(fact))
            }
            #expect(lines.contains("NoNewPrivs:1"))
            #expect(lines.contains("Seccomp:2"))
            #expect(lines.count == 7, "\(lines)")
        }

        @Test("The limits of memory and processes end the program and not the lab")
        func limits() async throws {
            let uid = try await sample.namespace.pod(of: "edu01")?["metadata"]["uid"]
            let hungry = "perl -e 'my $x = \"x\" x (700 << 20); print length $x'"
            #expect(try await sample.ssh().run(hungry).status != 0)
            #expect(try await sample.ssh().run("echo alive").output == "alive\n")
            #expect(try await sample.namespace.pod(of: "edu01")?["metadata"]["uid"] == uid)
        }

        @Test("Two students see nothing of each other: no process, no file, no name, no traffic of each other's labs")
        func strangers() async throws {
            let secret = "secret-\(UInt32.random(in: 0 ... .max))"
            let script = "echo \(secret) > ~/private; echo \(secret) > /tmp/private; sleep 1234 </dev/null >/dev/null 2>&1 &"
            #expect(try await sample.ssh("edu01").run(script).status == 0)
            let other = try sample.ssh("edu02")
            #expect(try await other.run("cat ~/private /tmp/private").status != 0)
            let commands = try await other.run("cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
            #expect(!commands.output.contains("1234"))
            let everything = try await other.run("grep -rsl \(secret) /home /tmp /var /run /mybackup /dev/shm; env; mount; cat /etc/hosts")
            #expect(!everything.output.contains(secret))
            #expect(!everything.output.contains("edu01"))
            let hostnames = try await (sample.ssh("edu01").run("hostname").output, other.run("hostname").output)
            #expect(hostnames.0 != hostnames.1)
            #expect(try await sample.ssh("edu01").run("pkill -f 'sleep 1234' || kill %1").status != 255)
        }
    }
}
