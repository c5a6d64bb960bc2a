import Foundation
@testable import TestSupport
import Testing

extension LabTests {
    /// Variables of the processes in a lab.
    @Suite(.sampleClass)
    struct EnvironmentTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        /// Every variable that a command sees.
        private func environment(_ ssh: SSH) async throws -> [String: String] {
            let child = try await ssh.run("env --null")
            #expect(child.status == 0, "\(child.errors)")
            let pairs = child.output.split(separator: "\0").map { variable in
                let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(parts[0]), String(parts.last ?? ""))
            }
            return Dictionary(pairs) { $1 }
        }

        @Test("Locale and colour variables of the client arrive byte by byte")
        func accepted() async throws {
            let odd = "a 'b' \"c\" $d `e` \\ = * ü\nsecond line "
            let sent = ["LANG": "de_DE.UTF-8", "LC_TIME": "C.UTF-8", "LC_LABGATE_TEST": odd, "COLORTERM": "truecolor"]
            let options = sent.keys.sorted().flatMap { ["-o", "SendEnv=\($0)"] }
            var ssh = try sample.ssh().with("-o", "SetEnv=GIT_PROTOCOL=version=2", environment: sent)
            ssh.options += options
            let environment = try await environment(ssh)
            for (name, value) in sent { #expect(environment[name] == value) }
            #expect(environment["GIT_PROTOCOL"] == "version=2")
        }

        @Test("Variables that steer the loader, the shell or the gateway never come from the client")
        func refused() async throws {
            let names = [
                "LD_PRELOAD", "LD_LIBRARY_PATH", "BASH_ENV", "ENV", "PATH", "HOME", "SHELL", "USER", "LOGNAME", "IFS",
                "PS4", "SHELLOPTS", "KUBERNETES_SERVICE_HOST", "SSH_CONNECTION", "UNKNOWN_TO_THE_COURSE", "LCX",
            ]
            let assignments = names.map { "\($0)=evil" }.joined(separator: " ")
            let environment = try await environment(sample.ssh().with("-o", "SetEnv=\(assignments)"))
            for name in names { #expect(environment[name] != "evil", "\(name)") }
            #expect(environment["PATH"]?.contains("/bin") == true)
        }

        @Test("Who, where and from where are set as sshd sets them")
        func identity() async throws {
            let environment = try await environment(sample.ssh())
            #expect(environment["USER"] == "edu01")
            #expect(environment["LOGNAME"] == "edu01")
            #expect(environment["HOME"] == "/home/student")
            #expect(environment["SHELL"] == "/bin/bash")
            #expect(environment["TERM"] == nil)
            let connection = (environment["SSH_CONNECTION"] ?? "").split(separator: " ").map(String.init)
            let port = try sample.gateway.port
            try #require(connection.count == 4)
            #expect([connection[0], connection[2], connection[3]] == ["127.0.0.1", "127.0.0.1", "\(port)"])
            #expect(environment["SSH_CLIENT"] == "\(connection[0]) \(connection[1]) \(port)")
        }

        @Test("The course's variables are there, also PATH, and no service of the cluster is")
        func course() async throws {
            if Site.chosen == .cluster {
                try await sample.namespace.kubectl("create", "service", "clusterip", "mydb", "--tcp=5432:5432")
            }
            var course = CourseDocument(name: "c2")
            course.environment = #"{GREETING: "hello $HOME, it's \"me\"", EMPTY: "", PATH: "/opt/course/bin:/usr/bin:/bin"}"#
            try await sample.change {
                try sample.write(course)
                try await sample.write(student: "edu01", courses: ["c", "c2"])
            }
            let environment = try await environment(sample.ssh("edu01+c2"))
            #expect(environment["GREETING"] == #"hello $HOME, it's "me""#)
            #expect(environment["EMPTY"] == "")
            #expect(environment["PATH"] == "/opt/course/bin:/usr/bin:/bin")
            // The kubelet names its API server to every container, whatever a pod says.
            #expect(!environment.keys.contains { $0.hasPrefix("MYDB_") })
        }
    }
}
