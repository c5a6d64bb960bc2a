import Foundation
@testable import TestSupport
import Testing

extension ClientTests {
    /// What editors do when they connect, as their logs tell it.
    @Suite(.sampleClass)
    struct EditorTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        /// What VS Code pipes into the shell: it looks around, starts its server on a port of the loopback, and says which.
        private static let bootstrap = """
            echo "mark: running"
            test -x "$(command -v flock)" && mkdir -p ~/.vscode-server && flock ~/.vscode-server/lock true
            echo "mark: platform==$(uname -s)=="
            cat > ~/.vscode-server/server.pl <<'EOF'
            use IO::Socket::INET;
            my $server = IO::Socket::INET->new(Listen => 100, LocalAddr => "127.0.0.1", LocalPort => 0) or die;
            open my $file, ">", "$ENV{HOME}/.vscode-server/port"; print $file $server->sockport; close $file;
            $SIG{CHLD} = "IGNORE";
            while (1) {
                my $client = $server->accept or next;
                next if fork;
                1 until <$client> =~ /^\\r?\\n/;
                print $client "HTTP/1.0 200 OK\\r\\n\\r\\n" . "x" x 1000000; exit;
            }
            EOF
            nohup perl ~/.vscode-server/server.pl >/dev/null 2>&1 </dev/null &
            until test -s ~/.vscode-server/port; do sleep 0.05; done
            echo "mark: listeningOn==$(cat ~/.vscode-server/port)=="
            echo "mark: end"

            """

        @Test("VS Code's bootstrap: a word within a second of a cold start, then its server by way of -D, and again in the same lab")
        func vsCode() async throws {
            try await sample.change { try sample.write(CourseDocument(podTemplate: CourseDocument.slowStart(seconds: 8))) }
            let socks = try LocalPort.free()
            let ssh = try sample.ssh()
            let begin = ContinuousClock.now
            let window = try ssh.with("-v", "-T", "-D", "\(socks)", "-o", "ConnectTimeout=15").start(input: .open)
            defer { window.kill() }
            try window.type(Self.bootstrap)
            try await window.prints("labgate: ", within: .seconds(5))
            let firstWord = ContinuousClock.now - begin
            try await window.prints("mark: end", within: .seconds(60))
            if CourseDocument.slowStart(seconds: 8) != nil {
                #expect(ContinuousClock.now - begin > .seconds(8), "the start was to be a slow one")
            }
            // A connection and an authentication are in it, too.
            #expect(firstWord < .seconds(2), "\(firstWord)")
            #expect(window.output.hasPrefix("mark: running\n"), "\(window.output.prefix(200))")
            #expect(window.output.contains("mark: platform==Linux=="))
            let port = try #require(window.output.firstMatch(of: /listeningOn==(\d+)==/).map { String($0.1) })

            try await withThrowingTaskGroup(of: Void.self) { streams in
                for _ in 0..<6 {
                    streams.addTask {
                        let child = try await ChildProcess.run([
                            "curl", "--silent", "--show-error", "--max-time", "30", "--socks5-hostname",
                            "127.0.0.1:\(socks)", "http://127.0.0.1:\(port)/",
                        ])
                        #expect(child.outputBytes.count == 1_000_000, "\(child.errors)")
                    }
                }
                try await streams.waitForAll()
            }

            let lab = try await ssh.run("hostname").output
            let again = try await ssh.with("-T").run("bash", input: .text("hostname; cat ~/.vscode-server/port\n"))
            #expect(again.output == lab + port, "a second connection is to reach the same lab: \(again.errors)")
            try await sample.change { try sample.write(CourseDocument()) }
        }

        @Test("JetBrains Gateway's way: probes on connections of their own, a worker uploaded by SFTP, one long forwarding")
        func jetBrains() async throws {
            let ssh = try sample.ssh()
            for (probe, answer) in [
                ("uname -sm", "Linux x86_64\n"), ("echo $HOME", "/home/student\n"), ("id -u", "1000\n"),
                ("test -d ~/.cache/JetBrains || echo missing", "missing\n"), ("mkdir -p ~/.cache/JetBrains", ""),
            ] {
                let child = try await ssh.run(probe)
                #expect((child.output, child.status) == (answer, 0))
            }
            let files = try await TransferFiles.make(byteCount: 40_000_000)
            let batch = "put \(files.original.path) .cache/JetBrains/worker\nchmod 755 .cache/JetBrains/worker\n"
            let upload = try await ssh.transfer("sftp", "-b", "-", ssh.remote(""), input: .text(batch))
            #expect(upload.status == 0, "\(upload.errors)")
            let sum = try await ssh.run("sha256sum < .cache/JetBrains/worker").output.prefix(64)
            #expect(try await sum == ChildProcess.run(["sha256sum", files.original.path]).output.prefix(64))
            try await LabServer.echo(in: sample) { server in
                let port = try LocalPort.free()
                let forwarding = try ssh.with("-N", "-L", "\(port):localhost:\(server.port)").start()
                defer { forwarding.kill() }
                try await LocalPort.echoes(port, forwarding)
                for _ in 0..<10 { #expect(try await ssh.run("true").status == 0) }
                try await LocalPort.echoes(port, forwarding)
            }
        }
    }

    /// Editors whose lab was stopped under them.
    @Suite(
        .sampleClass(course: [
            "idle": "{lab: 10s, warnings: [5s], maximumAge: 5m, restartGrace: 1s, holdDown: 12s, forwardingFloor: 1000000}"
        ]))
    struct EditorReapingTests {
        let sample: SampleClass

        init() throws { sample = try .ofSuite() }

        @Test("An editor that was left open keeps no lab alive, and its reconnecting starts none; its user does")
        func reconnectLoop() async throws {
            let ssh = try sample.ssh()
            let (socks, port) = (try LocalPort.free(), try LocalPort.free())
            let forwarding = ["-D", "\(socks)", "-L", "\(port):localhost:7788"]
            let window = try ssh.with("-T", "-o", "ExitOnForwardFailure=yes").with(forwarding).start(input: .open)
            let server = """
                $s = IO::Socket::INET->new(Listen => 9, LocalAddr => "127.0.0.1", LocalPort => 7788) or die;
                while ($c = $s->accept) { next if fork; print $c $_ while <$c>; exit }
                """
            try window.type("perl -MIO::Socket::INET -e '\(server)' & echo ready\n")
            try await window.prints("ready", within: .seconds(60))
            try await LocalPort.echoes(port, window)
            // The heartbeat of an idle editor, by way of its forwarded port.
            let heart = try ChildProcess.start([
                "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/\(port); for i in $(seq 60); do echo ping >&3; sleep 1; done",
            ])
            let child = try await window.end(within: .seconds(60))
            heart.kill()
            #expect(child.status == 254)
            #expect(child.errors.contains("your lab was stopped: nothing was typed since"), "\(child.errors)")

            let end = ContinuousClock.now + .seconds(18)
            while ContinuousClock.now < end {
                let again = try await ssh.with("-T", "-D", "\(socks)").run(input: .text("uname -rsv\n"))
                #expect(again.status == 254)
                #expect(again.output.isEmpty)
                #expect(again.errors.contains("only a login with a terminal starts it again"), "\(again.errors)")
                #expect(try await ssh.with("-W", "localhost:7788").run().status != 0)
                try await Task.sleep(for: .seconds(1))
            }
            #expect(try await sample.site.labs().allSatisfy(\.isEnding))
            #expect(try await ssh.with("-tt").run("echo back").output.contains("back"))
        }
    }
}
