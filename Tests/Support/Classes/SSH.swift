import Foundation

/// OpenSSH's clients, with nothing but what is given here.
struct SSH {
    enum Credential {
        case key(URL)
        case password(String)
        /// A key, and then a code.
        case keyAndCode(URL, code: String)
        /// A password and a code, asked for at once.
        case passwordAndCode(String, code: String)
    }

    var port: Int
    var user: String
    let knownHosts: URL
    var credential: Credential
    /// More arguments, before the destination.
    var options: [String] = []
    var environment: [String: String] = [:]

    /// The name under which the gateway's keys are known, whatever its port.
    static let hostKeyAlias = "labgate"

    /// This client, with more options.
    func with(_ options: String..., environment: [String: String] = [:]) -> SSH {
        var ssh = self
        ssh.options += options
        ssh.environment.merge(environment) { $1 }
        return ssh
    }

    /// This client, with more options.
    func with(_ options: [String]) -> SSH {
        var ssh = self
        ssh.options += options
        return ssh
    }

    /// This client, with another credential.
    func with(_ credential: Credential) -> SSH {
        var ssh = self
        ssh.credential = credential
        return ssh
    }

    /// This client, by way of another port of this machine.
    func through(port: Int) -> SSH {
        var ssh = self
        ssh.port = port
        return ssh
    }

    // MARK: Running

    /// Runs a command, or without one a shell, to its end.
    func run(
        _ command: String? = nil, input: ChildProcess.Input = .none, output: URL? = nil,
        within limit: Duration = .seconds(60)
    ) async throws -> ChildProcess {
        try await start(command, input: input, output: output).end(within: limit)
    }

    /// Starts a command, or without one a shell.
    func start(
        _ command: String? = nil, input: ChildProcess.Input = .none, output: URL? = nil
    ) throws -> RunningProcess {
        try ChildProcess.start(
            argv(command), input: input, output: output, environment: processEnvironment())
    }

    /// Runs a pipeline of bash, in which `"$@"` is this client with its command.
    func run(
        _ command: String, inPipeline pipeline: String, within limit: Duration = .seconds(60)
    ) async throws -> ChildProcess {
        try await ChildProcess.run(
            ["bash", "-c", "set -o pipefail; " + pipeline, "bash"] + argv(command), environment: processEnvironment(),
            within: limit)
    }

    /// Runs `scp` or `sftp` to its end; `arguments` name the remote side with `remote(_:)`.
    func transfer(
        _ program: String, _ arguments: String..., input: ChildProcess.Input = .none, within limit: Duration = .seconds(60)
    ) async throws -> ChildProcess {
        try await ChildProcess.run(
            [program, "-q", "-P", "\(port)"] + commonOptions + arguments, input: input,
            environment: processEnvironment(), within: limit)
    }

    /// A path on the remote side, as scp and rsync write it.
    func remote(_ path: String) -> String { "\(user)@127.0.0.1:\(path)" }

    // MARK: Arguments

    /// The whole command line.
    func argv(_ command: String? = nil) -> [String] {
        ["ssh", "-p", "\(port)"] + commonOptions + ["\(user)@127.0.0.1"] + (command.map { ["--", $0] } ?? [])
    }

    private var commonOptions: [String] {
        let common = [
            "-F", "none", "-o", "UserKnownHostsFile=\(knownHosts.path)", "-o", "GlobalKnownHostsFile=/dev/null",
            "-o", "HostKeyAlias=\(Self.hostKeyAlias)", "-o", "StrictHostKeyChecking=yes", "-o", "LogLevel=ERROR",
            "-o", "IdentityAgent=none",
        ]
        switch credential {
        case .key(let key):
            return common
                + ["-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-i", key.path] + options
        case .password:
            return common
                + ["-o", "PreferredAuthentications=password", "-o", "NumberOfPasswordPrompts=1"] + options
        case .keyAndCode(let key, _):
            return common
                + [
                    "-o", "PreferredAuthentications=publickey,keyboard-interactive", "-o", "NumberOfPasswordPrompts=1",
                    "-o", "IdentitiesOnly=yes", "-i", key.path,
                ] + options
        case .passwordAndCode:
            return common
                + ["-o", "PreferredAuthentications=keyboard-interactive", "-o", "NumberOfPasswordPrompts=1"] + options
        }
    }

    /// The environment that the client needs; a password and a code come from a program that is asked for them.
    func processEnvironment() throws -> [String: String] {
        switch credential {
        case .key: environment
        case .password(let password): try environment(password: password, code: "")
        case .keyAndCode(_, let code): try environment(password: "", code: code)
        case .passwordAndCode(let password, let code): try environment(password: password, code: code)
        }
    }

    private static let askpass = """
        #!/bin/sh
        case $1 in
        *"Verification code"*) printf '%s\\n' "$LABGATE_TEST_CODE" ;;
        *) printf '%s\\n' "$LABGATE_TEST_PASSWORD" ;;
        esac

        """

    private func environment(password: String, code: String) throws -> [String: String] {
        let program = try TemporaryFolder.make().appending(path: "askpass")
        try Data(Self.askpass.utf8).write(to: program)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program.path)
        return environment.merging([
            "SSH_ASKPASS": program.path, "SSH_ASKPASS_REQUIRE": "force", "LABGATE_TEST_PASSWORD": password,
            "LABGATE_TEST_CODE": code,
        ]) { $1 }
    }
}
