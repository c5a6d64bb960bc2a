import Foundation
import Logging
import SSHServer
import Synchronization
import TestSupport
import Testing

/// A server on a port of its own, with programs that the tests ask for by name, and clients to ask it.
struct TestServer: Sendable {
    let server: SSHServer
    let journal: Journal
    var port: Int { server.address.port }

    /// What the server's handlers were told.
    final class Journal: Sendable {
        private let lines = Mutex<[String]>([])

        func note(_ line: String) {
            lines.withLock { $0.append(line) }
        }

        var entries: [String] { lines.withLock { $0 } }

        /// Waits for an entry that contains `words`.
        func has(_ words: String, within limit: Duration = .seconds(20)) async throws -> Bool {
            try await eventually(within: limit) { entries.contains { $0.contains(words) } }
        }
    }

    /// Host keys take a while to make; one set serves all.
    static let hostKeys: HostKeys? = try? HostKeys.load(orMakeIn: TemporaryFolder.make().path)

    /// Runs `body` against a server, which is stopped at its end.
    static func run(
        _ adjust: (inout SSHServer.Configuration) -> Void = { _ in }, body: (TestServer) async throws -> Void
    ) async throws {
        var configuration = SSHServer.Configuration(host: "127.0.0.1", port: 0, hostKeys: try #require(hostKeys))
        configuration.eventLoopCount = 2
        adjust(&configuration)
        let journal = Journal()
        let server = try SSHServer(configuration: configuration, logger: Logger(label: "test", factory: SwiftLogNoOpLogHandler.init)) {
            handlers($0, journal)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await server.run() }
            do {
                try await body(TestServer(server: server, journal: journal))
            } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
        }
    }

    private static func handlers(_ info: ConnectionInfo, _ journal: Journal) -> ConnectionHandlers {
        let steps = TwoSteps(journal)
        return ConnectionHandlers(
            methods: { TwoSteps.methods(for: $0) },
            authenticate: { request in
                if request.user == "never" {
                    try? await Task.sleep(for: .seconds(3600))
                    return .refused
                }
                return steps.answer(to: request)
            },
            serve: { channel, request in await Programs.run(channel, request, journal) },
            forward: { (request) async throws(ForwardingRefusal) in try await Forwardings.serve(request, journal) },
            closed: { journal.note("closed: \($0)") })
    }

    // MARK: Clients

    /// OpenSSH's client with nothing but what is given here.
    func ssh(
        key: URL? = nil, _ options: [String] = [], _ command: String? = nil, input: URL? = nil, output: URL? = nil,
        environment: [String: String] = [:], within limit: Duration = .seconds(60)
    ) async throws -> ChildProcess {
        try await ChildProcess.run(
            sshCommand(key: key, options, command), input: input.map { .file($0) } ?? .none, output: output,
            environment: environment, within: limit)
    }

    func sshCommand(key: URL? = nil, _ options: [String] = [], _ command: String? = nil) throws -> [String] {
        let folder = try TemporaryFolder.make()
        let identity = key.map { ["-i", $0.path, "-o", "IdentitiesOnly=yes"] } ?? []
        return [
            "ssh", "-F", "none", "-o", "UserKnownHostsFile=\(folder.path)/known_hosts",
            "-o", "GlobalKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=accept-new", "-o", "LogLevel=ERROR",
            "-o", "BatchMode=yes", "-p", String(port),
        ] + identity + options + ["edu01@127.0.0.1"]
            + (command.map { [$0] } ?? [])
    }

    /// A new key pair of OpenSSH's making.
    static func makeKey(_ type: String = "ed25519", bits: Int? = nil) async throws -> URL {
        let url = try TemporaryFolder.make().appending(path: "id_\(type)")
        let size = bits.map { ["-b", String($0)] } ?? []
        let child = try await ChildProcess.run(
            ["ssh-keygen", "-q", "-t", type] + size + ["-N", "", "-C", "", "-f", url.path])
        try #require(child.status == 0, "ssh-keygen: \(child.errors)")
        return url
    }

    // MARK: Observation

    /// The server's TCP connections that are not closed on the server's side (proc(5), net/tcp): a descriptor that was
    /// lost stays here when the client has gone.
    var connectionCount: Int {
        get throws {
            let table = try String(contentsOfFile: "/proc/self/net/tcp", encoding: .utf8)
            let local = ":" + String(port, radix: 16, uppercase: true)
            return table.split(separator: "\n").dropFirst().count { line in
                let fields = line.split(separator: " ")
                return fields[1].hasSuffix(local) && ["01", "03", "08"].contains(fields[3])
            }
        }
    }

    func allConnectionsEnd(within limit: Duration = .seconds(20)) async throws -> Bool {
        try await eventually(within: limit) { try connectionCount == 0 }
    }
}

extension TestServer.Journal {
    /// Keys are good unless a test names the only good one.
    func accepts(_ key: PublicKey) -> Bool {
        let only = entries.first { $0.hasPrefix("only ") }?.dropFirst("only ".count)
        return only.map { $0 == key.base64 } ?? true
    }
}

/// Memory of this process that is resident, in MiB.
func residentMegabytes() throws -> Int {
    let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[1]
    return (Int(pages) ?? 0) * Int(getpagesize()) / (1 << 20)
}

/// CPU time of this process so far.
func cpuTime() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}
