import Foundation
@testable import TestSupport
import Testing

extension WholeClusterTests {
    /// The overlay `air-gapped` with no registry but our own and no way out of the machine, and an upgrade in it.
    @Suite(
        .customResources, .enabled(if: Cluster.component != nil, "the node must be this machine"),
        .enabled("kubectl 1.22 or newer is not on PATH") { try await Manifests.kubectl() != nil })
    struct AirGappedTests {
        @Test("Gateways and labs run, and are upgraded under students, with nothing from beyond our own registry")
        func airGapped() async throws {
            let registry = try await PrivateRegistry.start()
            defer { registry.stop() }
            try await push(to: registry)
            try await registry.isTrusted(true)
            do {
                try await AirGap.with { gap in
                    try await DeployedGateway.with(registry) { gateway in
                        try await deploy(gateway)
                        try await upgrade(gateway)
                        try await checkImages(gateway)
                        #expect(try await gap.attemptCount == 0)
                        try await checkGap(gap)
                    }
                }
            } catch {
                try await registry.isTrusted(false)
                throw error
            }
            try await registry.isTrusted(false)
        }

        private func push(to registry: PrivateRegistry) async throws {
            let login = try await registry.logIn(password: registry.password)
            #expect(login.status == 0, "\(login.errors)")
            for push in [try await registry.pushGateway(tags: ["0.1.0", "0.1.1"]), try await registry.push("edu_sql")] {
                try #require(push.status == 0, "\(push.errors)")
            }
        }

        // MARK: The first version

        private func deploy(_ gateway: DeployedGateway) async throws {
            try await gateway.makeSecrets()
            try await gateway.apply(tag: "0.1.0")
            let course = """
                apiVersion: labgate.dev/v1alpha1
                kind: Course
                metadata: {name: sql}
                spec:
                  image: "\(gateway.registry.address)/edu_sql:latest"
                  imagePullSecrets: [registry]
                  shell: /bin/bash
                  resources: {cpu: "1", memory: 512Mi, requests: {cpu: 50m, memory: 64Mi}}
                  home: {mountPath: /home/student, emptyDir: {}}
                  terminationGracePeriod: 1s

                """
            try await DeployedGateway.labs.apply(course)
            for student in ["edu01", "edu02"] {
                let key = try await publicKey(of: student)
                try await DeployedGateway.labs.apply(
                    StudentDocument(name: student, courses: ["sql"], publicKeys: [key]).yaml)
            }
            try await gateway.isRolledOut()
        }

        // MARK: The upgrade

        /// Changes the image's tag while one student works and another logs in again and again.
        private func upgrade(_ gateway: DeployedGateway) async throws {
            let ssh = try gateway.ssh("edu01", key: key(of: "edu01"))
            let working = try ssh.start("echo before >~/work; echo in; read line; cat ~/work; exit 7", input: .open)
            try await working.prints("in\n", within: .seconds(60))
            let lab = try await self.lab(of: "edu01")
            let newcomer = try gateway.ssh("edu02", key: key(of: "edu02"))
            #expect(try await newcomer.run("true").status == 0)

            try await gateway.apply(tag: "0.1.1")
            async let isRolledOut: Void = gateway.isRolledOut()
            let isOver = Collected<Bool>()
            async let logins = logInRepeatedly(newcomer, until: isOver)
            try await isRolledOut
            isOver.add(true)
            #expect(try await logins >= 5)

            // Its gateway is of the old version and ends when the lab session has.
            #expect(working.isRunning)
            #expect(try await images(gateway).contains("\(gateway.registry.address)/labgate:0.1.0"))
            let login = try await ssh.run("cat ~/work; echo after >>~/work")
            #expect(login.output == "before\n", "\(login.errors)")
            #expect(try await self.lab(of: "edu01") == lab)
            try working.type("go on\n")
            let child = try await working.end()
            #expect(child.output == "in\nbefore\nafter\n", "\(child.errors)")
            #expect(child.status == 7)
            var left: Set<String> = []
            let isNew = try await eventually(within: .seconds(20), every: .milliseconds(500)) {
                left = try await images(gateway)
                return left == ["\(gateway.registry.address)/labgate:0.1.1"]
            }
            #expect(isNew, "\(left)")
        }

        /// How many logins there were; each must get in.
        private func logInRepeatedly(_ ssh: SSH, until isOver: Collected<Bool>) async throws -> Int {
            var count = 0
            while isOver.all.isEmpty {
                let child = try await ssh.run("echo in")
                #expect(child.status == 0 && child.output == "in\n", "\(child.errors)")
                count += 1
            }
            return count
        }

        /// What gateways are made from, each name once.
        private func images(_ gateway: DeployedGateway) async throws -> Set<String> {
            Set(try await gateway.pods().flatMap { $0["spec"]["containers"].array }.compactMap { $0["image"].string })
        }

        private func lab(of student: String) async throws -> String {
            try #require(await DeployedGateway.labs.pod(of: student, course: "sql")?["metadata"]["uid"].string)
        }

        // MARK: The gap

        /// Every container runs an image that the node has from our registry; it may be called by the name that another
        /// of this machine's gave it, if that has the same.
        private func checkImages(_ gateway: DeployedGateway) async throws {
            let pods = try await gateway.pods() + DeployedGateway.labs.pods()
            #expect(pods.count == 4)
            for status in pods.flatMap({ $0["status"]["containerStatuses"].array }) {
                let image = status["imageID"].string ?? ""
                let own = ["\(gateway.registry.address)/", "127.0.0.1:", "localhost:"]
                #expect(own.contains { image.hasPrefix($0) }, "\(image)")
            }
        }

        /// What asks for something beyond the machine is seen, and gets nothing: a pod's image, and a lab itself.
        private func checkGap(_ gap: AirGap) async throws {
            // TEST-NET-3 (RFC 5737): nobody's address.
            let address = "203.0.113.1"
            try await DeployedGateway.labs.kubectl(
                "run", "stranger", "--image=\(address):5000/stranger:1", "--restart=Never",
                "--labels=app.kubernetes.io/name=stranger")
            let isSeen = try await eventually(within: .seconds(30), every: .milliseconds(200)) {
                try await gap.attemptCount > 0
            }
            #expect(isSeen)
            let count = try await gap.attemptCount
            let pod = try #require(await DeployedGateway.labs.pod(of: "edu01", course: "sql")?["metadata"]["name"].string)
            let lab = ["exec", pod, "--", "bash", "-c", "! timeout 5 bash -c 'exec 3<>/dev/tcp/\(address)/80'"]
            try await Cluster.kubectl(["--namespace", DeployedGateway.labs.name] + lab)
            #expect(try await gap.attemptCount > count)
        }

        // MARK: Keys

        private static let keys = Result { try TemporaryFolder.make() }

        private func key(of student: String) throws -> URL { try Self.keys.get().appending(path: student) }

        private func publicKey(of student: String) async throws -> String {
            let key = try key(of: student)
            let child = try await ChildProcess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", student, "-f", key.path])
            try #require(child.status == 0, "\(child.errors)")
            return try String(contentsOf: key.appendingPathExtension("pub"), encoding: .utf8)
                .trimmingCharacters(in: .newlines)
        }
    }
}
