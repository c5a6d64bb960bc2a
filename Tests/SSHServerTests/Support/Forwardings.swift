import SSHServer

/// Where connections can be forwarded to in the tests; the ports are those of the old Internet services.
enum Forwardings {
    static func serve(_ request: ForwardingRequest, _ journal: TestServer.Journal) async throws(ForwardingRefusal) {
        let (host, port) = request.destination
        journal.note("forwarding to \(host):\(port)")
        defer { journal.note("forwarding to \(host):\(port) ended") }
        guard port != 1 else { throw ForwardingRefusal("nothing listens on port 1") }
        // So slow that a client sees whether the answer waits for it.
        if port == 2 { try? await Task.sleep(for: .milliseconds(300)) }
        // For ever, as for a place in a full course.
        if port == 3 { try? await request.waitUntilGone() }
        guard let channel = try? await request.accept() else { return journal.note("nobody waits any more") }
        switch port {
        case 2: try? await channel.write(Array("slowly connected\n".utf8))
        case 7: await echo(channel)
        case 9: while await channel.nextEvent() != nil {}
        case 19: await generate(channel)
        default: break
        }
    }

    private static func echo(_ channel: ClientChannel) async {
        while let bytes = await channel.read() {
            guard (try? await channel.write(bytes)) != nil else { return }
        }
    }

    private static func generate(_ channel: ClientChannel) async {
        let block = [UInt8](repeating: 0x78, count: 64 * 1024)
        while (try? await channel.write(block)) != nil {}
    }
}
