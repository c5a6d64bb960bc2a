import Testing

@testable import Classroom

@Suite("Pod template policy")
struct PodTemplatePolicyTests {
    @Test("Where and how a lab runs may be said freely")
    func allowed() {
        let lines = """
            podTemplate:
              metadata:
                labels: {team: didactics}
                annotations: {example.com/note: "x"}
              spec:
                nodeSelector: {pool: labs}
                tolerations: [{key: labs, operator: Exists}]
                affinity: {nodeAffinity: {}}
                runtimeClassName: gvisor
                priorityClassName: low
                hostNetwork: false
                automountServiceAccountToken: false
                securityContext: {runAsNonRoot: true, fsGroup: 1000, seccompProfile: {type: RuntimeDefault}}
                volumes:
                - {name: scratch, emptyDir: {sizeLimit: 1Gi}}
                - {name: settings, configMap: {name: settings, defaultMode: 0444}}
                - {name: mixed, projected: {sources: [{configMap: {name: a}}, {secret: {name: b}}]}}
                initContainers:
                - name: prepare
                  image: busybox
                  command: [sh, -c, "true"]
                  securityContext:
                    privileged: false
                    allowPrivilegeEscalation: false
                    runAsUser: 1000
                    readOnlyRootFilesystem: true
                    capabilities: {drop: [ALL]}
                  volumeMounts:
                  - {name: book, mountPath: /book, readOnly: true}
                  - {name: scratch, mountPath: /scratch}
                containers:
                - name: lab
                  env: [{name: EXTRA, value: "1"}]
                  ports: [{containerPort: 8080}]
            sharedVolumes:
            - {name: book, mountPath: /mybackup, hostPath: /srv/book}
            """
        #expect(problems(inCourse: lines) == [])
    }

    @Test("Numbers and modes of a pod template mean what they mean to Kubernetes' tools")
    func values() throws {
        let lines = "podTemplate: {spec: {a: 0444, b: yes, c: 1.5, d: '1', e: 12, f: [on, x], g: 2026-01-01}}"
        let spec = try #require(try course(lines)).podTemplate?["spec"]
        let expected: DocumentValue = [
            "a": .int(0o444), "b": .bool(true), "c": .double(1.5), "d": "1", "e": .int(12), "f": [.bool(true), "x"],
            "g": "2026-01-01",
        ]
        #expect(spec == expected)
    }

    @Test("What would loosen a lab is refused, with its line and the reason", arguments: refusals)
    func refused(spec: String, expected: String) {
        let lines = """
            sharedVolumes: [{name: book, mountPath: /mybackup, hostPath: /srv/book}]
            podTemplate:
              spec:
            \(Sample.indented(Sample.indented(spec)))
            """
        #expect(problems(inCourse: lines) == ["c.yaml:\(expected)"])
    }

    private static let root = "must be a number above 0: a lab must not run as root"
    private static let unconfined = "a lab must not run unconfined; the type is RuntimeDefault or Localhost"
    private static let storage = "share storage through sharedVolumes, which are always read-only"

    static let refusals = [
        ("hostNetwork: true", "9: spec.podTemplate.spec.hostNetwork: a lab must not share the node's namespaces"),
        ("hostPID: yes", "9: spec.podTemplate.spec.hostPID: a lab must not share the node's namespaces"),
        ("hostIPC: \"true\"", "9: spec.podTemplate.spec.hostIPC: a lab must not share the node's namespaces"),
        (
            "automountServiceAccountToken: true",
            "9: spec.podTemplate.spec.automountServiceAccountToken: a lab must not hold credentials of the cluster"
        ),
        (
            "ephemeralContainers: []",
            "9: spec.podTemplate.spec.ephemeralContainers: a pod cannot be created with these"
        ),
        ("securityContext:\n  runAsUser: 0", "10: spec.podTemplate.spec.securityContext.runAsUser: \(root)"),
        ("securityContext: {fsGroup: 0}", "9: spec.podTemplate.spec.securityContext.fsGroup: \(root)"),
        (
            "securityContext: {supplementalGroups: [1, 0]}",
            "9: spec.podTemplate.spec.securityContext.supplementalGroups: "
                + "must be numbers above 0: a lab must not be in root's group"
        ),
        (
            "securityContext: {runAsNonRoot: false}",
            "9: spec.podTemplate.spec.securityContext.runAsNonRoot: a lab must not run as root"
        ),
        (
            "securityContext: {seccompProfile: {type: Unconfined}}",
            "9: spec.podTemplate.spec.securityContext.seccompProfile: \(unconfined)"
        ),
        (
            "securityContext: {appArmorProfile: {type: Unconfined}}",
            "9: spec.podTemplate.spec.securityContext.appArmorProfile: \(unconfined)"
        ),
        (
            "securityContext: {sysctls: []}",
            "9: spec.podTemplate.spec.securityContext.sysctls: cannot be set for a lab"
        ),
        ("securityContext:", "9: spec.podTemplate.spec.securityContext: \(deletion)"),
        (
            "containers: [{$patch: replace, name: lab}]",
            "9: spec.podTemplate.spec.containers[0].$patch: patch directives are not supported"
        ),
        ("containers: {name: lab}", "9: spec.podTemplate.spec.containers: must be a list"),
        (
            "containers:\n- name: lab\n  securityContext:\n    privileged: true",
            "12: spec.podTemplate.spec.containers[0].securityContext.privileged: a lab must not be privileged"
        ),
        (
            "initContainers:\n- name: i\n  securityContext: {allowPrivilegeEscalation: true}",
            "11: spec.podTemplate.spec.initContainers[0].securityContext.allowPrivilegeEscalation: "
                + "a lab must not gain privileges"
        ),
        (
            "containers: [{name: lab, securityContext: {capabilities: {add: [SYS_PTRACE]}}}]",
            "9: spec.podTemplate.spec.containers[0].securityContext.capabilities: "
                + "a lab has no capabilities and cannot get any"
        ),
        (
            "containers: [{name: lab, securityContext: {capabilities: {drop: []}}}]",
            "9: spec.podTemplate.spec.containers[0].securityContext.capabilities: "
                + "a lab has no capabilities and cannot get any"
        ),
        (
            "containers: [{name: lab, securityContext: {procMount: Unmasked}}]",
            "9: spec.podTemplate.spec.containers[0].securityContext.procMount: "
                + "a lab must not see the node's /proc unmasked"
        ),
        (
            "containers: [{name: lab, ports: [{containerPort: 80, hostPort: 80}]}]",
            "9: spec.podTemplate.spec.containers[0].ports[0].hostPort: a lab must not take ports of the node"
        ),
        (
            "containers: [{name: s, volumeMounts: [{name: book, mountPath: /b, readOnly: false}]}]",
            "9: spec.podTemplate.spec.containers[0].volumeMounts[0].readOnly: "
                + "book is a shared volume and always read-only: say readOnly: true"
        ),
        (
            "containers:\n- name: s\n  volumeMounts:\n  - {name: book, mountPath: /b}",
            "12: spec.podTemplate.spec.containers[0].volumeMounts[0]: "
                + "book is a shared volume and always read-only: say readOnly: true"
        ),
        (
            "containers: [{name: s, volumeMounts: [{name: x, mountPath: /x, mountPropagation: Bidirectional}]}]",
            "9: spec.podTemplate.spec.containers[0].volumeMounts[0].mountPropagation: a lab must not pass mounts on"
        ),
        ("volumes:\n- name: n\n  hostPath: {path: /}", "11: spec.podTemplate.spec.volumes[0].hostPath: \(storage)"),
        (
            "volumes: [{name: n, persistentVolumeClaim: {claimName: home-of-another}}]",
            "9: spec.podTemplate.spec.volumes[0].persistentVolumeClaim: \(storage)"
        ),
        (
            "volumes: [{name: book, emptyDir: {}}]",
            "9: spec.podTemplate.spec.volumes[0].name: book is already the name of a volume of the course"
        ),
        (
            "volumes: [{name: t, projected: {sources: [{serviceAccountToken: {path: t}}]}}]",
            "9: spec.podTemplate.spec.volumes[0].projected.sources[0]: a lab must not hold credentials of the cluster"
        ),
    ]

    private static let deletion = "has no value; a pod template cannot remove what the gateway sets"

    @Test("Only labels and annotations that are not the gateway's may be given as metadata")
    func metadata() {
        let lines = """
            podTemplate:
              metadata:
                name: mine
                labels: {labgate.dev/student: edu02, app.kubernetes.io/managed-by: me}
                annotations:
                  container.apparmor.security.beta.kubernetes.io/lab: unconfined
              status: {}
            """
        #expect(
            problems(inCourse: lines) == [
                "c.yaml:8: spec.podTemplate.metadata.name: only labels and annotations may be given; "
                    + "the gateway names its pods",
                "c.yaml:9: spec.podTemplate.metadata.labels[\"labgate.dev/student\"]: labgate.dev belongs to "
                    + "the gateway, which knows its pods by it",
                "c.yaml:9: spec.podTemplate.metadata.labels[\"app.kubernetes.io/managed-by\"]: is the gateway's, "
                    + "which finds its pods by it",
                "c.yaml:11: spec.podTemplate.metadata.annotations"
                    + "[\"container.apparmor.security.beta.kubernetes.io/lab\"]: "
                    + "security profiles cannot be set by annotation",
                "c.yaml:12: spec.podTemplate.status: unknown key; known: metadata, spec",
            ])
    }

    @Test("The policy works on values alone, for templates that come from elsewhere than a file")
    func withoutFile() {
        let policy = PodTemplatePolicy(sharedVolumeNames: [])
        #expect(policy.refusals(of: ["spec": ["nodeName": "n1"]]) == [])
        #expect(
            policy.refusals(of: ["spec": ["hostPID": .bool(true)]]) == [
                "spec.hostPID: a lab must not share the node's namespaces"
            ])
    }
}
