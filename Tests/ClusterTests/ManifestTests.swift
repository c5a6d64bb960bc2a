import Foundation
@testable import TestSupport
import Testing

extension ClusterTests {
    /// `deploy/kubernetes`: what it says is what the API server takes and what the gateway needs.
    @Suite(.sampleClass, .customResources)
    struct ManifestTests {
        let sample: SampleClass
        let manifests: Manifests

        init() throws {
            sample = try .ofSuite()
            manifests = Manifests(namespace: sample.namespace)
        }

        @Test(
            "Each overlay is such as the API server takes",
            .enabled("kubectl 1.22 or newer is not on PATH") { try await Manifests.kubectl() != nil },
            arguments: Manifests.overlays)
        func overlay(_ overlay: String) async throws {
            let objects = try await manifests.dryRun(asServed(manifests.render(overlay)))
            let kinds = Set(objects.compactMap { $0["kind"].string })
            for kind in [
                "Namespace", "CustomResourceDefinition", "Deployment", "Service", "PodDisruptionBudget", "Role",
                "RoleBinding", "ServiceAccount", "NetworkPolicy", "ResourceQuota", "LimitRange", "PriorityClass",
            ] {
                #expect(kinds.contains(kind))
            }
            for kind in ["ClusterRole", "ClusterRoleBinding", "Secret"] { #expect(!kinds.contains(kind)) }
            let gateway = try #require(objects.first { $0["kind"].string == "Deployment" && name($0) == "labgate" })
            checkRestricted(gateway["spec"]["template"]["spec"])
            try checkDrain(gateway, objects)
        }

        /// The disruption budget in the version that the cluster has: 1.20 and 1.25 have none in common.
        private func asServed(_ text: String) async throws -> String {
            let versions = try await Cluster.kubectl(["api-versions"]).split(separator: "\n")
            let version = versions.contains("policy/v1") ? "policy/v1" : "policy/v1beta1"
            return text.replacing(/policy\/v1(beta1)?$/.anchorsMatchLineEndings(), with: version)
        }

        private func name(_ object: JSON) -> String? { object["metadata"]["name"].string }

        /// The level "restricted" of Kubernetes' Pod Security Standards, and a read-only root.
        private func checkRestricted(_ spec: JSON) {
            #expect(spec["securityContext"]["runAsNonRoot"].bool == true)
            #expect(spec["securityContext"]["seccompProfile"]["type"].string == "RuntimeDefault")
            for key in ["hostNetwork", "hostPID", "hostIPC"] { #expect(spec[key].bool != true, "\(key)") }
            for container in spec["containers"].array {
                let context = container["securityContext"]
                #expect(context["allowPrivilegeEscalation"].bool == false)
                #expect(context["readOnlyRootFilesystem"].bool == true)
                #expect(context["capabilities"]["drop"].array.map(\.string) == ["ALL"])
            }
            for volume in spec["volumes"].array {
                #expect(!volume.keys.isDisjoint(with: ["configMap", "secret", "persistentVolumeClaim"]), "\(volume)")
            }
        }

        /// The kubelet does not kill a gateway whose lab sessions may still go on.
        private func checkDrain(_ gateway: JSON, _ objects: [JSON]) throws {
            let text = try #require(objects.compactMap { $0["data"]["labgate.yaml"].string }.first)
            let hours = try #require(text.firstMatch(of: /drainTimeout: (\d+)h/).flatMap { Int($0.1) })
            let grace = try #require(gateway["spec"]["template"]["spec"]["terminationGracePeriodSeconds"].int)
            #expect(grace == hours * 3600 + 30)
        }

        @Test(
            "The registry's manifests are such as the API server takes",
            .enabled("kubectl 1.22 or newer is not on PATH") { try await Manifests.kubectl() != nil })
        func registry() async throws {
            let objects = try await manifests.dryRun(manifests.render(Manifests.registry))
            let registry = try #require(objects.first { $0["kind"].string == "Deployment" })
            checkRestricted(registry["spec"]["template"]["spec"])
        }

        @Test("The sample courses and students are such as the API server takes")
        func samples() async throws {
            for file in ["course", "student", "password-secret", "totp-secret"] {
                let objects = try await manifests.dryRun(manifests.file("samples/\(file).yaml"))
                #expect(objects.contains { $0["apiVersion"].string == "labgate.dev/v1alpha1" })
            }
        }

        @Test("The Role permits everything that labgate asks for, and nothing else")
        func role() async throws {
            try await sample.namespace.apply(manifests.file("labs/role.yaml"))
            try await sample.namespace.apply(
                """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: Role
                metadata: {name: nothing}
                rules: []
                """)
            let role = try await JSON(parsing: sample.namespace.kubectl("get", "role", "labgate", "--output=json"))
            #expect(try await permitted(role) == missing(to: "nothing"))
            #expect(try await missing(to: "labgate").isEmpty)
            try sample.writeConfiguration()
        }

        /// What a Role permits, in the words of `labgate check`.
        private func permitted(_ role: JSON) async -> Set<String> {
            var permitted: Set<String> = []
            for rule in role["rules"].array {
                #expect(rule["resourceNames"].array.isEmpty)
                for resource in rule["resources"].array {
                    for verb in rule["verbs"].array {
                        permitted.insert("\(verb.string ?? "") \(resource.string ?? "")")
                    }
                }
            }
            return permitted
        }

        /// What an account with a Role lacks, as `labgate check` says.
        private func missing(to role: String) async throws -> Set<String> {
            let kubeconfig = try await sample.namespace.kubeconfig(ofAccountWithRole: role)
            try sample.writeConfiguration(
                site: sample.namespace.settings(kubeconfig: kubeconfig.path, readsResources: true))
            let child = try await LabgateProcess.run("check", "--config", sample.configuration.path)
            let place = " in namespace \(sample.namespace.name)"
            return Set(
                child.errors.split(separator: "\n").map { line in
                    #expect(line.hasSuffix(place), "\(line)")
                    return line.dropLast(place.count).split(separator: ": ").last.map(String.init) ?? ""
                })
        }
    }
}
