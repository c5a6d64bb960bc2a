import Foundation
@testable import TestSupport
import Testing

extension LabTests {
    /// Who gets in, and what those see who don't.
    @Suite(.sampleClass(labsOf: "edu01"))
    struct AuthenticationTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        @Test("The right key gets in, a stranger's and another student's do not")
        func keys() async throws {
            #expect(try await sample.ssh().run("true").status == 0)
            let stranger = try TemporaryFolder.make().appending(path: "id_ed25519")
            try await #require(
                ChildProcess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", stranger.path]).status == 0)
            for key in [stranger, sample.key(of: "edu02")] {
                let child = try await sample.ssh().with(.key(key)).run("true")
                #expect(child.status == 255)
                #expect(child.errors.contains("Permission denied (publickey,password)"))
            }
        }

        @Test("The right password gets in, a wrong one and an empty one do not")
        func passwords() async throws {
            #expect(try await sample.ssh().with(.password(SampleClass.password)).run("echo in").output == "in\n")
            for password in ["wrong", "", SampleClass.password + "x", SampleClass.password.uppercased()] {
                let child = try await sample.ssh().with(.password(password)).run("echo in")
                #expect(child.status == 255)
                #expect(child.output.isEmpty)
            }
            #expect(try !sample.gateway.running.errors.contains(SampleClass.password))
        }

        @Test("An unknown student looks like a known one with a wrong password")
        func unknownStudent() async throws {
            var seen: [String: [String]] = [:]
            var times: [String: [Duration]] = [:]
            // In turn, so that whatever else goes on touches both alike.
            for _ in 0..<5 {
                for user in ["edu01", "nobody"] {
                    var ssh = try sample.ssh(user).with(.password("wrong"))
                    ssh.options.append("-v")
                    let child = try await ssh.run("true")
                    #expect(child.status == 255)
                    let telling = child.errors.split(separator: "\n").filter { line in
                        line.contains("can continue") || line.contains("denied") || line.contains("ext_info")
                            || line.contains("disconnect")
                    }
                    seen[user] = telling.map { $0.replacing(user, with: "USER").trimmingCharacters(in: .whitespaces) }
                    times[user, default: []].append(child.duration)
                }
            }
            #expect(seen["edu01"] == seen["nobody"])
            #expect(seen["edu01"]?.isEmpty == false)
            let (known, unknown) = (Self.median(times["edu01"]), Self.median(times["nobody"]))
            #expect(unknown > known * 0.6 && unknown < known * 1.67, "\(known) and \(unknown)")
        }

        private static func median(_ durations: [Duration]?) -> Duration {
            let sorted = (durations ?? []).sorted()
            return sorted.isEmpty ? .zero : sorted[sorted.count / 2]
        }

        @Test("Names that cannot be anybody's are refused like unknown ones", arguments: ["edu01+", "-edu01", "edu01+C", "../edu01", "+c"])
        func impossibleName(_ user: String) async throws {
            let ssh = try sample.ssh("edu01")
            let client = SSH(port: ssh.port, user: user, knownHosts: ssh.knownHosts, credential: ssh.credential)
            let child = try await client.with("-l", user).run("true")
            #expect(child.status == 255)
        }

        @Test("A course behind the name picks that course's lab; a course the student is not in is refused in words")
        func courses() async throws {
            var course = CourseDocument(name: "algorithms")
            course.environment = "{WHICH: algorithms}"
            try await sample.change {
                try sample.write(course)
                try sample.write(CourseDocument(name: "closed"))
                try await sample.write(student: "edu01", courses: ["c", "algorithms"])
            }
            #expect(try await sample.ssh("edu01+algorithms").run("echo $WHICH").output == "algorithms\n")
            #expect(try await sample.ssh("edu01+c").run("echo $WHICH").output == "\n")
            for course in ["closed", "nonsense"] {
                let child = try await sample.ssh("edu01+\(course)").run("echo in")
                #expect(child.status == 254)
                #expect(child.output.isEmpty)
                #expect(child.errors.contains("labgate: you are not in a course called \(course); yours: c, algorithms"))
            }
        }

        @Test("A suspended student is told so after the login, and until then is like any other")
        func suspended() async throws {
            try await sample.change { try await sample.write(student: "edu02", suspended: true) }
            let child = try await sample.ssh("edu02").run("echo in")
            #expect(child.status == 254)
            #expect(child.output.isEmpty)
            #expect(child.errors.contains("labgate: your account is suspended"))
            #expect(try await sample.ssh("edu02").with(.password("wrong")).run("true").status == 255)
            try await sample.change { try await sample.write(student: "edu02") }
            #expect(try await sample.ssh("edu02").run("echo in").output == "in\n")
        }

        @Test("The log tells who came, from where, with what, and who was refused")
        func log() async throws {
            _ = try await sample.ssh("mallory").with(.password("x")).run("true")
            _ = try await sample.ssh().run("true")
            let gateway = try sample.gateway
            #expect(gateway.logged("authentication failed").contains { $0["user"].string == "mallory" })
            let entry = try #require(gateway.logged("authenticated").last)
            #expect(entry["student"].string == "edu01")
            #expect(entry["method"].string == "publickey")
            let connection = try #require(entry["connection"].string)
            let opened = try #require(gateway.logged("connection opened").last { $0["connection"].string == connection })
            #expect(opened["remote"].string?.hasPrefix("127.0.0.1:") == true)
            let isClosed = try await eventually {
                gateway.logged("connection closed").contains { $0["connection"].string == connection }
            }
            #expect(isClosed)
        }
    }
}
