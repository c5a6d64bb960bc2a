import Foundation
import TestSupport
import Testing

@testable import Gateway

/// What is read out of the kernel's tables, by this machine's own /bin/sh.
@Suite("How a port takes connections")
struct PortStateTests {
    /// Sockets of `/proc/net/tcp` and `tcp6`: their addresses and their state, as the kernel writes them.
    private struct Tables {
        var tcp: [(near: String, far: String, state: String)] = []
        var tcp6: [(near: String, far: String, state: String)] = []

        /// What the command says of port 8080 (1F90).
        func state(ofPort port: UInt16 = 8080) async throws -> PortState? {
            let folder = try TemporaryFolder.make()
            for (name, sockets) in [("tcp", tcp), ("tcp6", tcp6)] {
                let lines = sockets.enumerated().map { number, socket in
                    "  \(number): \(socket.near) \(socket.far) \(socket.state) 00000000:00000000 00:00000000 00000000  1000  0"
                }
                let text = (["  sl  local_address rem_address   st tx_queue rx_queue"] + lines).joined(separator: "\n")
                try Data("\(text)\n".utf8).write(to: folder.appending(path: name))
            }
            let child = try await ChildProcess.run(PortState.command(port: port, tables: folder.path))
            #expect(child.status == 0 && child.errors.isEmpty, "\(child.errors)")
            return PortState(output: child.output)
        }
    }

    private static let none4 = "00000000:0000"
    private static let none6 = "00000000000000000000000000000000:0000"

    @Test(
        "Open is what listens where a connection to localhost arrives",
        arguments: [
            "0100007F", "00000000", "00000000000000000000000001000000", "00000000000000000000000000000000",
            "0000000000000000FFFF00000100007F", "0000000000000000FFFF000000000000",
        ])
    func listens(_ address: String) async throws {
        let socket = (near: "\(address):1F90", far: address.count == 8 ? Self.none4 : Self.none6, state: "0A")
        let tables = address.count == 8 ? Tables(tcp: [socket]) : Tables(tcp6: [socket])
        #expect(try await tables.state() == .open)
        #expect(try await tables.state(ofPort: 8081) == .closed)
        #expect(try await tables.state(ofPort: 80) == .closed)
    }

    @Test("Closed is what listens elsewhere, and what has a connection from the port or to another host's")
    func elsewhere() async throws {
        let tables = Tables(
            tcp: [
                // 127.0.0.2 and 10.0.0.1.
                ("0200007F:1F90", Self.none4, "0A"), ("0100000A:1F90", Self.none4, "0A"),
                ("0100007F:1F90", "0100007F:C001", "01"), ("0100007F:C001", "0200000A:1F90", "01"),
                // Another connection to it that has ended.
                ("0100007F:C001", "0100007F:1F90", "06"),
            ],
            tcp6: [("000080FE00000000FF005450C5A1E1FE:1F90", Self.none6, "0A")])
        #expect(try await tables.state() == .closed)
        #expect(try await Tables().state() == .closed)
    }

    @Test("Open is what has taken a connection and listens no more", arguments: ["01", "08"])
    func oneConnection(state: String) async throws {
        #expect(try await Tables(tcp: [("0100007F:C001", "0100007F:1F90", state)]).state() == .open)
        let loopback = "00000000000000000000000001000000"
        #expect(try await Tables(tcp6: [("\(loopback):C001", "\(loopback):1F90", state)]).state() == .open)
    }

    @Test("Busy is what lets a connection wait, whatever else it has taken")
    func busy() async throws {
        let listener = (near: "0100007F:1F90", far: Self.none4, state: "0A")
        let taken = (near: "0100007F:C001", far: "0100007F:1F90", state: "01")
        let waiting = (near: "0100007F:C002", far: "0100007F:1F90", state: "02")
        #expect(try await Tables(tcp: [listener, taken, waiting]).state() == .busy)
        #expect(try await Tables(tcp: [waiting, listener, taken]).state() == .busy)
        #expect(try await Tables(tcp: [listener, taken]).state() == .open)
    }

    @Test("Where the kernel's tables cannot be read, nothing is said")
    func noTables() async throws {
        let folder = try TemporaryFolder.make()
        let child = try await ChildProcess.run(PortState.command(port: 8080, tables: folder.path))
        #expect(child.status != 0)
        #expect(PortState(output: child.output) == nil)
        #expect(PortState(output: "perhaps\n") == nil)
    }

    @Test("This machine's own tables are understood")
    func thisMachine() async throws {
        let listener = try ChildProcess.start([
            "python3", "-c", "import socket, time; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True); time.sleep(60)",
        ])
        defer { listener.kill() }
        #expect(try await eventually { listener.output.hasSuffix("\n") })
        let port = try #require(UInt16(listener.output.trimmingCharacters(in: .newlines)))
        let open = try await ChildProcess.run(PortState.command(port: port))
        #expect(PortState(output: open.output) == .open)
        listener.kill()
        let closed = try await ChildProcess.run(PortState.command(port: port))
        #expect(PortState(output: closed.output) == .closed)
    }
}
