import SSHServer

/// What a session channel of the tests can run.
enum Programs {
    static func run(_ channel: ClientChannel, _ request: SessionRequest, _ journal: TestServer.Journal) async -> ExitReport {
        let words: [String]
        switch request.program {
        case .exec(let command): words = String(decoding: command, as: UTF8.self).split(separator: " ").map(String.init)
        case .shell: words = ["print", "shell"]
        case .subsystem(let name): words = ["print", "subsystem", name]
        }
        let name = words.first ?? ""
        journal.note("\(name) started")
        defer { journal.note("\(name) ended") }
        let number = words.count > 1 ? Int(words[1]) ?? 0 : 0
        do {
            switch name {
            case "exit":
                return .status(number)
            case "signal":
                return .signal(name: words[1], message: "the lab's process was killed")
            case "print":
                try await channel.print(words.dropFirst().joined(separator: " "))
            case "say":
                try await channel.print("out")
                try await channel.write(Array("err\n".utf8), to: .standardError)
                return .status(number)
            case "describe":
                try await describe(request, channel)
            case "events":
                while let event = await channel.nextEvent() { try await channel.print(text(event)) }
            case "cat":
                while let bytes = await channel.read() { try await channel.write(bytes) }
            case "count":
                var count = 0
                while let bytes = await channel.read() { count += bytes.count }
                try await channel.print("\(count) bytes, then end of input")
            case "slow":
                var count = 0
                while let bytes = await channel.read() {
                    count += bytes.count
                    try? await Task.sleep(for: .milliseconds(2))
                }
                try await channel.print("\(count) bytes, then end of input")
            case "source":
                let block = [UInt8](repeating: 0x78, count: 1 << 20)
                for _ in 0..<number { try await channel.write(block) }
            case "flood":
                let block = [UInt8](repeating: 0x78, count: 64 * 1024)
                while true { try await channel.write(block) }
            case "hang":
                while await channel.nextEvent() != nil {}
            case "impatient":
                return try await beImpatient(with: channel)
            case "nervous":
                try await channel.print("\(await countNervously(channel)) bytes, then end of input")
            default:
                return .status(127)
            }
        } catch {
            return .status(1)
        }
        return .status(0)
    }

    /// Gives up each kind of wait in turn, and then reads all the same.
    private static func beImpatient(with channel: ClientChannel) async throws -> ExitReport {
        guard await givenUp({ await channel.read() }) == nil else { return .status(2) }
        guard await givenUp({ await channel.nextEvent() }) == nil else { return .status(3) }
        let flood = await givenUp { () -> Bool? in
            // More than any window takes.
            do { try await channel.write([UInt8](repeating: 0x78, count: 8 << 20)) } catch { return nil }
            return true
        }
        guard flood == nil, let bytes = await channel.read() else { return .status(4) }
        return .status(Int(bytes[0]))
    }

    private static func givenUp<Value: Sendable>(_ wait: @escaping @Sendable () async -> Value?) async -> Value? {
        let waiting = Task { await wait() }
        try? await Task.sleep(for: .milliseconds(100))
        waiting.cancel()
        return await waiting.value
    }

    /// Cancels its reads at any moment, also when the bytes are there already.
    private static func countNervously(_ channel: ClientChannel) async -> Int {
        var count = 0
        for _ in 0..<2000 {
            let reading = Task { await channel.read() }
            if Bool.random() { await Task.yield() }
            reading.cancel()
            count += await reading.value?.count ?? 0
        }
        while let bytes = await channel.read() { count += bytes.count }
        return count
    }

    private static func describe(_ request: SessionRequest, _ channel: ClientChannel) async throws {
        if let terminal = request.terminal {
            try await channel.print("terminal \(terminal.term) \(terminal.columns)x\(terminal.rows)")
        }
        for variable in request.environment { try await channel.print("env \(variable.name)=\(variable.value)") }
    }

    private static func text(_ event: SessionEvent) -> String {
        switch event {
        case .windowChange(let columns, let rows): "size \(columns)x\(rows)"
        case .signal(let name): "signal \(name)"
        case .outputUnwanted: "output unwanted"
        }
    }
}

extension ClientChannel {
    fileprivate func print(_ line: String) async throws {
        try await write(Array((line + "\n").utf8))
    }
}
