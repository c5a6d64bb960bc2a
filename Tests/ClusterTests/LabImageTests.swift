@testable import TestSupport
import Testing

extension ClusterTests {
    /// The images of `deploy/images`, each as that of a course.
    @Suite(.sampleClass, .enabled(if: Cluster.component != nil, "only the local cluster's registry has the images"))
    struct LabImageTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        /// A client of the course that has this image.
        private func lab(_ image: String) async throws -> SSH {
            let course = String(image.dropFirst("edu_".count))
            try await sample.change {
                var document = CourseDocument(name: course)
                document.image = "localhost:5000/\(image):latest"
                try sample.write(document)
                try await sample.write(student: "edu01", courses: [course])
            }
            return try sample.ssh()
        }

        private func output(_ image: String, _ script: String) async throws -> String {
            let child = try await lab(image).run(script, within: .seconds(150))
            #expect(child.status == 0, "\(child.errors)")
            return child.output
        }

        @Test(
            "Each image has a user, editors, version control and an SFTP server",
            arguments: ["edu_gcc", "edu_python", "edu_sql"])
        func tools(image: String) async throws {
            let ssh = try await lab(image)
            let child = try await ssh.run("id -un; command -v git tmux vi nano rsync | wc -l", within: .seconds(150))
            #expect(child.output == "student\n5\n", "\(child.errors)")
            let sftp = try await ssh.transfer("sftp", "-b", "-", ssh.remote(""), input: .text("pwd\n"))
            #expect(sftp.output.contains("/home/student"), "\(sftp.errors)")
        }

        @Test("The C course compiles and debugs")
        func compiler() async throws {
            let script = """
                echo 'int main(void) { return 42; }' >a.c && gcc -g -o a a.c && { ./a; echo $?; }
                gdb -batch -ex run -ex 'print $_exitcode' a 2>/dev/null | tail -n 1
                """
            #expect(try await output("edu_gcc", script).hasPrefix("42\n"))
        }

        @Test("The Python course has its libraries, and environments of the student's own")
        func python() async throws {
            let script = """
                python3 -c 'import IPython, numpy, pytest; print(numpy.arange(4).sum())'
                python3 -m venv v && v/bin/pip --version | cut -d ' ' -f 1
                """
            #expect(try await output("edu_python", script) == "6\npip\n")
        }

        @Test("The SQL course has a server of the student's own, which starts again after it was killed")
        func database() async throws {
            let script = """
                database start >/dev/null && psql -qAtc 'create table t as select 6 * 7 as a'
                kill -9 $(head -n 1 ~/.postgresql/postmaster.pid) && sleep 1
                database start >/dev/null && psql -Atc 'select a from t'
                database reset >/dev/null && psql -Atc "select count(*) from pg_tables where tablename = 't'"
                """
            #expect(try await output("edu_sql", script) == "42\n0\n")
        }
    }
}
