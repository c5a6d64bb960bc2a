import Crypto
import Foundation
import TestSupport
import Testing
import Upstream

@testable import DockerEngine

/// Execs on the real engine that `LABGATE_TEST_ENGINE` names.
@Suite(
    "Exec on a real engine", .enabled(if: TestEngine.isThere, "LABGATE_TEST_ENGINE is not set"), .serialized,
    .timeLimit(.minutes(5)))
struct RealEngineExecTests {
    private func exec(_ id: String, _ command: String..., tty: Bool = false) -> EngineExec {
        EngineExec(container: id, command: command, tty: tty)
    }

    @Test("reports every exit code as it is, with both streams complete and apart")
    func exitCodes() async throws {
        try await TestEngine.withContainer { client, id in
            for code in [0, 1, 42, 137, 255] {
                try await client.withExec(exec(id, "sh", "-c", "printf out; printf err >&2; exit \(code)")) { stream in
                    let output = await stream.collect()
                    #expect(output.stdout == Array("out".utf8))
                    #expect(output.stderr == Array("err".utf8))
                    #expect(stream.result == .exited(code: code))
                }
            }
            try await client.withExec(exec(id, "sh", "-c", "kill -KILL $$")) { stream in
                _ = await stream.collect()
                #expect(stream.result == .exited(code: 137))
            }
        }
    }

    @Test("says in words why a program can't be run, with a shell's exit codes", arguments: [false, true])
    func missingPrograms(tty: Bool) async throws {
        try await TestEngine.withContainer { client, id in
            for (program, code) in [("/no/such/program", 127), ("no-such-program", 127), ("/etc/passwd", 126)] {
                try await client.withExec(exec(id, program, tty: tty)) { stream in
                    let output = await stream.collect()
                    // Docker says 126 of all that can't be run.
                    #expect([.exited(code: code), .exited(code: 126)].contains(stream.result))
                    let words = String(decoding: output.stdout + output.stderr, as: UTF8.self)
                    #expect(words.contains(program), "\(words)")
                }
            }
        }
    }

    @Test("carries 10 MB both ways unchanged, and then the end of input")
    func bytes() async throws {
        var random = SeededRandom(seed: 7)
        let block = (0..<100_000).map { _ in UInt8.random(in: 0 ... .max, using: &random) }
        try await TestEngine.withContainer { client, id in
            try await client.withExec(exec(id, "cat")) { stream in
                var expected = SHA256()
                for _ in 0..<100 { expected.update(data: block) }
                async let writing: Void = {
                    for _ in 0..<100 { try await stream.write(block) }
                    try await stream.closeInput()
                }()
                var found = SHA256()
                while let output = await stream.nextOutput() {
                    if case .stdout(let bytes) = output { found.update(data: bytes) }
                }
                try await writing
                #expect(found.finalize() == expected.finalize())
                #expect(stream.result == .exited(code: 0))
            }
        }
    }

    @Test("carries every byte through a terminal, those that would detach by default among them")
    func terminalBytes() async throws {
        let bytes = (0...255).map { UInt8($0) } + [0x10, 0x11, 0x10, 0, 0]
        try await TestEngine.withContainer { client, id in
            let script = "stty raw -echo; echo ready; head -c \(bytes.count)"
            try await client.withExec(exec(id, "sh", "-c", script, tty: true)) { stream in
                var output: [UInt8] = []
                while !output.contains(UInt8(ascii: "y")), case .stdout(let more)? = await stream.nextOutput() {
                    output += more
                }
                // One by one, as keys are typed.
                for byte in bytes {
                    try await stream.write([byte])
                    try await Task.sleep(for: .milliseconds(1))
                }
                output += await stream.collect().stdout
                #expect(Array(output.suffix(bytes.count)) == bytes)
                #expect(stream.result == .exited(code: 0))
            }
        }
    }

    @Test("passes each key on at once, but for Ctrl-^, which may be the first of those that would detach", arguments: [false, true])
    func singleBytes(tty: Bool) async throws {
        let bytes = (0...255).map { UInt8($0) }.filter { $0 != 0x1e }
        try await TestEngine.withContainer { client, id in
            let script = "\(tty ? "stty raw -echo; " : "")echo ready; cat"
            try await client.withExec(exec(id, "sh", "-c", script, tty: tty)) { stream in
                var ready: [UInt8] = []
                while ready.last != UInt8(ascii: "\n"), case .stdout(let more)? = await stream.nextOutput() { ready += more }
                for byte in bytes {
                    try await stream.write([byte])
                    // Whoever waits for an answer to a byte sends no other before.
                    let answer = await stream.nextOutput()
                    try #require(answer == .stdout([byte]), "byte \(byte)")
                }
            }
        }
    }

    @Test("loses nothing of a transfer in which Ctrl-^ comes alone, again and again, also at its end")
    func loneKeys() async throws {
        let block = [UInt8](repeating: UInt8(ascii: "x"), count: 100_000)
        try await TestEngine.withContainer { client, id in
            try await client.withExec(exec(id, "sh", "-c", "wc -c")) { stream in
                for _ in 0..<200 {
                    try await stream.write([EngineExec.firstDetachKey])
                    try await stream.write(block)
                }
                try await stream.write([EngineExec.firstDetachKey])
                try await stream.closeInput()
                #expect(await stream.collect().text == "\(200 * (block.count + 1) + 1)")
            }
        }
    }

    @Test("ends input while output goes on")
    func halfClose() async throws {
        try await TestEngine.withContainer { client, id in
            try await client.withExec(exec(id, "sh", "-c", "wc -c; echo later")) { stream in
                try await stream.write(Array("12345".utf8))
                try await stream.closeInput()
                #expect(await stream.collect().text == "5\nlater")
                #expect(stream.result == .exited(code: 0))
                await #expect(throws: StreamInputError.closed) { try await stream.write([1]) }
            }
        }
    }

    @Test("gives a program's end even if much of its input was never read")
    func unreadInput() async throws {
        try await TestEngine.withContainer { client, id in
            for _ in 0..<3 {
                try await client.withExec(exec(id, "sh", "-c", "head -c 3; exit 4")) { stream in
                    try await stream.write(Array("abc".utf8))
                    async let writing: Void? = try? stream.write(Array(repeating: 0, count: 4 << 20))
                    #expect(await stream.collect().stdout == Array("abc".utf8))
                    _ = await writing
                    #expect(stream.result == .exited(code: 4))
                }
            }
        }
    }

    @Test("gives the end of a program that leaves another behind which holds its output")
    func background() async throws {
        try await TestEngine.withContainer { client, id in
            try await client.withExec(exec(id, "sh", "-c", "sleep 60 & exit 5")) { stream in
                _ = await stream.collect()
                #expect(stream.result == .exited(code: 5))
            }
        }
    }

    @Test("gives a terminal that knows its size from the start and after every change, and echoes")
    func terminal() async throws {
        try await TestEngine.withContainer { client, id in
            var exec = exec(id, "sh", tty: true)
            exec.environment = ["TERM": "dumb"]
            exec.user = "0"
            try await client.withExec(exec) { stream in
                stream.resize(columns: 101, rows: 41)
                try await stream.write(Array("until stty size | grep '41 101'; do sleep 0.05; done; id -u; echo $TERM\n".utf8))
                var text = ""
                while !text.contains("dumb\r\n"), case .stdout(let bytes)? = await stream.nextOutput() {
                    text += String(decoding: bytes, as: UTF8.self)
                }
                #expect(text.contains("\r\n0\r\n"))
                for columns in 1...50 { stream.resize(columns: columns + 100, rows: 50) }
                try await stream.write(Array("until stty size | grep '50 150'; do sleep 0.05; done; exit 3\n".utf8))
                text = String(decoding: await stream.collect().stdout, as: UTF8.self)
                #expect(text.contains("50 150\r\n"))
                #expect(stream.result == .exited(code: 3))
            }
        }
    }

    @Test("blocks a program whose output nobody takes, in bounded memory, and loses nothing")
    func backpressure() async throws {
        let size = 30_000_000
        try await TestEngine.withContainer { client, id in
            try await client.withExec(exec(id, "head", "-c", "\(size)", "/dev/zero")) { stream in
                var count = 0
                if case .stdout(let bytes)? = await stream.nextOutput() { count += bytes.count }
                try await Task.sleep(for: .seconds(1))
                // It could have written everything by now, but is still there, with its output held back.
                #expect(try await client.output(of: ["pgrep", "-c", "head"], in: id) == "1")
                #expect(stream.pendingOutputBytes < 1 << 20)
                while case .stdout(let bytes)? = await stream.nextOutput() { count += bytes.count }
                #expect(count == size)
                #expect(stream.result == .exited(code: 0))
            }
        }
    }

    @Test("holds a writer back whose input nobody reads")
    func inputBackpressure() async throws {
        try await TestEngine.withContainer { client, id in
            try await client.withExec(exec(id, "sh", "-c", "sleep 1; wc -c")) { stream in
                let size = 20_000_000
                let start = ContinuousClock.now
                for _ in 0..<200 { try await stream.write(Array(repeating: 1, count: size / 200)) }
                #expect(start.duration(to: .now) > .milliseconds(500))
                try await stream.closeInput()
                #expect(await stream.collect().text == "\(size)")
            }
        }
    }

    @Test("closes the stream of a cancelled task at once")
    func cancellation() async throws {
        try await TestEngine.withContainer { client, id in
            try await client.withExec(exec(id, "sleep", "60")) { stream in
                let output = await withTaskGroup(of: ProgramOutput?.self) { group in
                    group.addTask { await stream.nextOutput() }
                    group.cancelAll()
                    return await group.next() ?? nil
                }
                #expect(output == nil)
                guard case .lost = stream.result else {
                    Issue.record("\(stream.result)")
                    return
                }
            }
        }
    }

    @Test("never tells of success when the container ends under it", arguments: [false, true])
    func containerEnds(removed: Bool) async throws {
        try await TestEngine.withContainer { client, id in
            try await client.withExec(exec(id, "sh", "-c", "echo up; sleep 60")) { stream in
                #expect(await stream.nextOutput() == .stdout(Array("up\n".utf8)))
                if removed {
                    try await client.removeContainer(id, force: true)
                } else {
                    try await client.stopContainer(id, timeout: .zero)
                }
                _ = await stream.collect()
                if case .exited(let code) = stream.result { #expect(code == 137) }
            }
        }
    }
}
