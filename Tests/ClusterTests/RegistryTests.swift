@testable import TestSupport
import Testing

extension ClusterTests {
    /// A private registry: push, and the cluster's pull from it.
    @Suite(.sampleClass, .enabled(if: Cluster.component != nil, "the node must be this machine"))
    struct RegistryTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        @Test("A registry with TLS and a password takes images from who knows it, and labs start from it")
        func pushAndPull() async throws {
            let registry = try await PrivateRegistry.start()
            do {
                try await push(to: registry)
                try await pull(from: registry)
            } catch {
                registry.stop()
                throw error
            }
            registry.stop()
        }

        private func push(to registry: PrivateRegistry) async throws {
            let stranger = try await registry.push("edu_sql")
            #expect(stranger.status != 0)
            #expect(stranger.errors.contains("buildah login \(registry.address)"), "\(stranger.errors)")
            #expect(try await registry.logIn(password: "wrong").status != 0)
            let login = try await registry.logIn(password: registry.password)
            #expect(login.status == 0, "\(login.errors)")
            let push = try await registry.push("edu_sql")
            #expect(push.status == 0, "\(push.errors)")
            let again = try await registry.push("edu_sql")
            #expect(again.errors.contains("is up to date"), "\(again.errors)")
        }

        private func pull(from registry: PrivateRegistry) async throws {
            try await use(registry, secrets: "[]")
            let refused = try await sample.ssh().run("true", within: .seconds(90))
            #expect(refused.status == 254)
            #expect(refused.errors.contains("The course's image cannot be fetched"), "\(refused.errors)")
            try await sample.namespace.kubectl(
                "create", "secret", "docker-registry", "registry", "--docker-server=\(registry.nodeAddress)",
                "--docker-username=labgate", "--docker-password=\(registry.password)")
            try await use(registry, secrets: "[registry]")
            // The kubelet may start its first pull before it knows the Secret; it tries again by itself.
            var lab = refused
            let isIn = try await eventually(within: .seconds(150), every: .seconds(2)) {
                lab = try await sample.ssh().run("psql --version", within: .seconds(150))
                return lab.status == 0
            }
            #expect(isIn, "\(lab.errors)")
            #expect(lab.output.hasPrefix("psql (PostgreSQL)"), "\(lab.errors)")
        }

        /// Has the course's image come from the registry.
        private func use(_ registry: PrivateRegistry, secrets: String) async throws {
            try await sample.change {
                var course = CourseDocument(more: ["imagePullSecrets": secrets])
                course.image = "\(registry.nodeAddress)/edu_sql:latest"
                try sample.write(course)
            }
        }
    }
}
