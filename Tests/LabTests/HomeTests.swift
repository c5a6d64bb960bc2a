@testable import TestSupport
import Testing

extension LabTests {
    /// Homes that outlive their labs.
    @Suite(.sampleClass, .enabled("the cluster has no default StorageClass") { try await Site.hasHomes() })
    struct HomeTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        @Test("The home survives the lab, and each student has one for each course")
        func survival() async throws {
            let home = "persistentVolumeClaim: {size: 1Gi}"
            try await sample.change {
                try sample.write(CourseDocument(home: home))
                try sample.write(CourseDocument(name: "c2", home: home))
                try await sample.write(student: "edu01", courses: ["c", "c2"])
            }
            let script = "mkdir -p project && echo 'int main;' > project/main.c && chmod 600 project/main.c && echo gone > /tmp/gone"
            let writing = try await sample.ssh().run(script)
            #expect(writing.status == 0, "\(writing.errors)")
            let first = try #require(await sample.lab(of: "edu01"))
            try await sample.removeLab(of: "edu01")

            let again = try await sample.ssh().run("stat -c %a project/main.c; cat project/main.c; test -e /tmp/gone; echo $?")
            #expect(again.output == "600\nint main;\n1\n")
            let second = try #require(await sample.lab(of: "edu01"))
            #expect(first.uid != second.uid && first.name == second.name)

            for user in ["edu01+c2", "edu02"] {
                #expect(try await sample.ssh(user).run("test -e project; echo $?").output == "1\n")
            }
        }
    }
}
