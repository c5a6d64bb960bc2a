import Foundation
@testable import TestSupport
import Testing

extension ClusterTests {
    /// The material of a course, from where `deploy/shared-volume` puts it: read-only everywhere, and published whole.
    @Suite(.sampleClass)
    struct SharedVolumeTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        private func pod(of student: String, _ course: String) async throws -> JSON {
            try #require(await sample.namespace.pod(of: student, course: course))
        }

        // MARK: sshfs

        @Test(
            "A share that the node mounts with sshfs: read-only in each container, new material whole in running labs",
            .enabled(if: SharedFolder.isPossible, "this machine is not the cluster's node, or its root is not ours"))
        func sshfs() async throws {
            try await SharedFolder.with { share in
                try await showsNothingElse(share)
                try await sample.change {
                    try sample.write(courseOfThreeContainers(share))
                    for student in ["reader", "late"] { try await sample.write(student: student, courses: ["share"]) }
                }
                try await isReadOnlyEverywhere()
                let before = try await pod(of: "reader", "share")
                try await publishesWhole(share)
                try await survivesLossOfConnection(share)
                let after = try await pod(of: "reader", "share")
                #expect(after["metadata"]["uid"] == before["metadata"]["uid"])
                for status in after["status"]["containerStatuses"].array { #expect(status["restartCount"].int == 0) }
                try await needsNewLabsWithNewMount(share)
            }
        }

        private func showsNothingElse(_ share: SharedFolder) async throws {
            let listing = try await share.sftp("cd /..\nls -1a\n").output
            #expect(listing.contains("course") && !listing.contains("etc"), "\(listing)")
            for command in ["mkdir /course/new", "rm /course/current", "put /etc/hostname /course/new"] {
                #expect(try await share.sftp(command + "\n").errors.contains("ermission denied"), "\(command)")
            }
            let shell = try await share.command("echo in")
            #expect(!shell.output.contains("in") && shell.status != 0)
        }

        private func courseOfThreeContainers(_ share: SharedFolder) -> CourseDocument {
            var course = CourseDocument(name: "share", shared: share.source, more: ["idle": "{holdDown: 0s}"])
            let mounts = "{name: mybackup, mountPath: /mybackup, readOnly: true}"
            let image = "image: \"\(Site.image)\", resources: {limits: {cpu: 500m, memory: 32Mi}}"
            course.podTemplate = """
                {spec: {initContainers: [{name: prepare, \(image), command: [sh, -c, '\(Self.attempt) | cat > /home/student/prepare'], \
                volumeMounts: [{name: home, mountPath: /home/student}, \(mounts)]}], \
                containers: [{name: sidecar, \(image), command: [sleep, infinity], volumeMounts: [\(mounts)]}]}}
                """
            return course
        }

        /// Reads, and tries to write where it could be thought of; without quotes, for it stands within some.
        private static let attempt =
            "(cat /mybackup/current/0/0; touch /mybackup/new /mybackup/versions/1/0/new; "
            + "echo 2 > /mybackup/current/0/0; rm -f /mybackup/current; true) 2>&1"

        private func isReadOnlyEverywhere() async throws {
            let ssh = try sample.ssh("reader")
            let outputs = [
                "lab": try await ssh.run(Self.attempt).output,
                "prepare": try await ssh.run("cat prepare").output,
                "sidecar": try await sample.namespace.kubectl(
                    "exec", pod(of: "reader", "share")["metadata"]["name"].string ?? "", "--container=sidecar", "--",
                    "sh", "-c", Self.attempt),
            ]
            for (container, output) in outputs {
                let lines = output.split(separator: "\n")
                #expect(lines.first == "1", "\(container): \(output)")
                #expect(lines.count == 5, "\(container): \(output)")
                #expect(lines.dropFirst().allSatisfy { $0.contains("Read-only file system") }, "\(container): \(output)")
            }
            let options = try await ssh.run("sed -n 's/.* \\/mybackup fuse.sshfs \\([^ ]*\\).*/\\1/p' /proc/mounts").output
            #expect(options.hasPrefix("ro,"), "\(options)")
        }

        /// How late a new version may be seen: what sshfs and the kernel keep, and a moment.
        private static let freshness: Duration = .seconds(9)

        private func publishesWhole(_ share: SharedFolder) async throws {
            let last = 4
            // Who enters the folder reads one version, however long that takes.
            let loop = """
                until [ "$seen" = \(last) ]; do
                cd / && cd -P /mybackup/current && seen=$(cat */* | sort | uniq -c | xargs) && echo "$seen"; \
                seen=${seen#* }; done
                """
            let reader = try sample.ssh("reader").start(loop)
            try await reader.prints("\(SharedFolder.fileCount) 1\n")
            for version in 2...last {
                try await share.publish(version: version)
                try await Task.sleep(for: .seconds(1))
            }
            let start = ContinuousClock.now
            let child = try await reader.end(within: .seconds(30))
            #expect(.now - start < Self.freshness)
            #expect(child.status == 0)
            #expect(child.errors.isEmpty, "\(child.errors)")
            let readings = child.output.split(separator: "\n").map(String.init)
            let whole = (1...last).map { "\(SharedFolder.fileCount) \($0)" }
            #expect(Set(readings).isSubset(of: whole), "\(readings)")
            #expect(readings == readings.sorted(), "an older version was seen after a newer one")
            #expect(readings.last == whole.last)
        }

        private func survivesLossOfConnection(_ share: SharedFolder) async throws {
            try await share.cutConnections()
            let ssh = try sample.ssh("reader")
            let isBack = try await eventually(within: .seconds(20), every: .milliseconds(200)) {
                try await ssh.run("cat /mybackup/current/5/5").output == "4\n"
            }
            #expect(isBack)
        }

        /// What is bound into a lab is the mount that was there when it started.
        private func needsNewLabsWithNewMount(_ share: SharedFolder) async throws {
            try await share.killMount()
            let ssh = try sample.ssh("reader")
            #expect(try await ssh.run("cat /mybackup/current/5/5").errors.contains("Transport endpoint is not connected"))
            try await share.mount()
            #expect(try await sample.ssh("late").run("cat /mybackup/current/5/5").output == "4\n")
            #expect(try await ssh.run("cat /mybackup/current/5/5").errors.contains("Transport endpoint is not connected"))
            #expect(try await ssh.run(":stop").status == 0)
            let isBack = try await eventually(within: .seconds(20), every: .milliseconds(500)) {
                try await ssh.run("cat /mybackup/current/5/5").output == "4\n"
            }
            #expect(isBack)
        }

        // MARK: Claims

        @Test(
            "Material on a claim: a pod of the staff's publishes it, and labs only read it",
            .enabled("the cluster has no default StorageClass") { try await Cluster.hasDefaultStorageClass() })
        func claim() async throws {
            let folder = Manifests.folder.appending(path: "../shared-volume").standardized
            let manifest = try String(contentsOf: folder.appending(path: "kubernetes/publisher.yaml"), encoding: .utf8)
                // Every cluster has that, and this one has one node that counts.
                .replacing("ReadWriteMany", with: "ReadWriteOnce")
                .replacing(/image: .*/, with: "image: \(Site.image)")
            try await sample.namespace.apply(manifest)
            try await sample.namespace.kubectl("wait", "--for=condition=Ready", "pod/publisher", "--timeout=60s")
            let program = try String(contentsOf: folder.appending(path: "publish"), encoding: .utf8)
            func publish(_ word: String) async throws {
                try await sample.namespace.kubectl(
                    "exec", "--stdin", "publisher", "--", "bash", "-c",
                    "mkdir -p /tmp/m && echo \(word) > /tmp/m/word && bash -s /tmp/m /material", input: program)
            }
            try await publish("first")
            try await sample.change {
                try sample.write(CourseDocument(name: "claim", shared: "persistentVolumeClaim: material"))
                try await sample.write(student: "claimant", courses: ["claim"])
            }
            let ssh = try sample.ssh("claimant")
            #expect(try await ssh.run("true").status == 0)
            let child = try await ssh.run("cat /mybackup/current/word; touch /mybackup/new; rm -f /mybackup/current/word")
            #expect(child.output == "first\n", "\(child.errors)")
            #expect(child.errors.split(separator: "\n").count == 2)
            #expect(child.errors.split(separator: "\n").allSatisfy { $0.contains("Read-only file system") }, "\(child.errors)")
            try await publish("second")
            #expect(try await ssh.run("cat /mybackup/current/word").output == "second\n")
        }

        // MARK: NFS

        private static let exportManifest = Result {
            try String(
                contentsOf: Manifests.folder.appending(path: "../shared-volume/kubernetes/nfs.yaml").standardized,
                encoding: .utf8)
        }

        @Test("The manifests of an NFS export are such as the API server takes")
        func exportManifest() async throws {
            let manifest = try Self.exportManifest.get().replacing("material", with: "exported")
            try await sample.namespace.kubectl("apply", "--dry-run=server", "--filename=-", input: manifest)
        }

        @Test(
            "An NFS export is mounted by the node, read-only, and shows new material",
            .enabled(
                if: NFSExport.isPossible && Cluster.component != nil,
                "this machine mounts no NFS exports, or is not the cluster's node"),
            arguments: ["named by the course", "on a claim"])
        func nfs(place: String) async throws {
            try await NFSExport.with { export in
                try await cleaningUp {
                    try await sample.removeLab(of: "mounter", course: "nfs")
                    try await sample.namespace.kubectl(
                        "delete", "--ignore-not-found", "pvc/exported", "pv/\(volumeName)")
                } after: {
                    let source = place == "on a claim" ? try await claim(export) : export.source
                    try await sample.change {
                        try sample.write(CourseDocument(name: "nfs", shared: source))
                        try await sample.write(student: "mounter", courses: ["nfs"])
                    }
                    try await readsAlone(export)
                }
            }
        }

        /// Volumes are in no namespace.
        private var volumeName: String { "labgate-exported-\(sample.namespace.name)" }

        private func claim(_ export: NFSExport) async throws -> String {
            let manifest = try Self.exportManifest.get()
                .replacing("labgate-material", with: volumeName).replacing("material", with: "exported")
                .replacing("nfs.example.edu", with: export.address)
                .replacing("/srv/labgate/mybackup", with: export.path)
            try await sample.namespace.apply(manifest)
            return "persistentVolumeClaim: exported"
        }

        private func readsAlone(_ export: NFSExport) async throws {
            let ssh = try sample.ssh("mounter")
            let child = try await ssh.run(
                "cat /mybackup/current/README; touch /mybackup/new; rm -f /mybackup/current/README")
            #expect(child.output == "first\n", "\(child.errors)")
            let refusals = child.errors.split(separator: "\n").filter { $0.contains("Read-only file system") }
            #expect(refusals.count == 2, "\(child.errors)")
            #expect(try await ssh.run("grep -c ' /mybackup .*[ ,]ro,' /proc/mounts").output == "1\n")
            try export.publish("second")
            // What mount.nfs lets a node believe for a minute where nobody says otherwise.
            let isSeen = try await eventually(within: .seconds(70), every: .milliseconds(500)) {
                try await ssh.run("cat /mybackup/current/README").output == "second\n"
            }
            #expect(isSeen)
        }
    }
}
