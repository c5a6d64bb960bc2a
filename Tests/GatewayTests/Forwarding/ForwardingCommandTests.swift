import Foundation
import Testing

@testable import Gateway
@testable import TestSupport

@Suite("The program that connects in a lab")
struct ForwardingCommandTests {
    /// A folder with nothing but this program and what a minimal image has.
    private func path(with program: String) async throws -> String {
        let folder = try TemporaryFolder.make()
        for name in Set([program, "cat"]) {
            // Some machines' python3 is a script that looks for one.
            let question = name == "python3" ? "python3 -c 'import sys; print(sys.executable)'" : "command -v \(name)"
            let child = try await ChildProcess.run(["sh", "-c", question])
            let target = child.output.trimmingCharacters(in: .newlines)
            try FileManager.default.createSymbolicLink(
                at: folder.appending(path: name), withDestinationURL: URL(filePath: target))
        }
        return folder.path
    }

    private static let server = """
        import socket, sys
        server = socket.create_server((sys.argv[1], 0), family=socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET)
        print(server.getsockname()[1], flush=True)
        client, _ = server.accept()
        client.sendall(client.makefile("rb").readline().upper())
        """

    @Test(
        "connects to whichever loopback address the server has, with any of its languages",
        arguments: ["python3", "perl", "bash"], ["127.0.0.1", "::1"])
    func connects(program: String, address: String) async throws {
        let server = try ChildProcess.start(["python3", "-c", Self.server, address])
        defer { server.kill() }
        try await server.prints("\n")
        let port = try #require(UInt16(server.output.trimmingCharacters(in: .newlines)))
        let child = try await ChildProcess.start(
            ForwardingCommand.argv(host: "localhost", port: port), input: .open,
            environment: ["PATH": path(with: program)])
        try child.type("hello\n")
        let end = try await child.end(within: .seconds(10))
        #expect(end.output == "connected\nHELLO\n", "\(end.errors)")
    }

    @Test("says why where nothing listens, and where the image has no language", arguments: ["python3", "perl", "bash", "cat"])
    func refused(program: String) async throws {
        let child = try await ChildProcess.run(
            ForwardingCommand.argv(host: "127.0.0.1", port: 1), environment: ["PATH": path(with: program)])
        #expect(child.status != 0)
        #expect(child.output.isEmpty)
        let words = program == "cat" ? "neither python3, perl nor bash" : "refused"
        #expect(child.errors.contains(words), "\(child.errors)")
    }
}
