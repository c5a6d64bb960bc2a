import Foundation
import RecordDatabase
import TestSupport
import Testing

@Suite("A database of records")
struct RecordDatabaseTests {
    private let folder: URL
    private var path: String { folder.appending(path: "usage.sqlite").path }

    init() throws {
        folder = try TemporaryFolder.make()
    }

    @Test("Keeps what was written when it is opened again")
    func keeps() async throws {
        do {
            let database = try RecordDatabase(path: path)
            _ = try await database.write("{\"a\":1}", kind: "ledger", owner: "edu01", over: nil)
            try await database.noteSign(of: "gateway-1", at: Date(timeIntervalSince1970: 1_800_000_000))
        }
        let database = try RecordDatabase(path: path)
        #expect(try await database.record(kind: "ledger", owner: "edu01")?.text == "{\"a\":1}")
        #expect(try await database.record(kind: "waiting-room", owner: "edu01") == nil)
        #expect(try await database.records().map(\.owner) == ["edu01"])
        #expect(try await database.signs() == ["gateway-1": Date(timeIntervalSince1970: 1_800_000_000)])
        try await database.forgetSign(of: "gateway-1")
        #expect(try await database.signs().isEmpty)
    }

    @Test("Writes a record only in place of the one that was read")
    func comparesAndSwaps() async throws {
        let database = try RecordDatabase(path: path)
        let first = try await database.write("1", kind: "ledger", owner: "edu01", over: nil)
        await expectConflict { try await database.write("x", kind: "ledger", owner: "edu01", over: nil) }
        let second = try await database.write("2", kind: "ledger", owner: "edu01", over: first)
        await expectConflict { try await database.write("x", kind: "ledger", owner: "edu01", over: first) }
        await expectConflict { try await database.write("x", kind: "ledger", owner: "edu02", over: second) }
        #expect(try await database.record(kind: "ledger", owner: "edu01")?.text == "2")
        // A version is never given twice, not even when the newest record has gone.
        try await database.remove(kind: "ledger", owner: "edu01")
        let third = try await database.write("3", kind: "ledger", owner: "edu01", over: nil)
        #expect(Set([first, second, third]).count == 3)
    }

    @Test("Of many that write over the same version, one succeeds")
    func race() async throws {
        let database = try RecordDatabase(path: path)
        let version = try await database.write("0", kind: "ledger", owner: "edu01", over: nil)
        let successes = await withTaskGroup(of: Bool.self) { group in
            for number in 1...20 {
                group.addTask {
                    (try? await database.write("\(number)", kind: "ledger", owner: "edu01", over: version)) != nil
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(successes == 1)
    }

    @Test("A second user is refused with a sentence, and may have it when the first has gone")
    func exclusive() async throws {
        do {
            let database = try RecordDatabase(path: path)
            let error = #expect(throws: RecordDatabaseError.self) { _ = try RecordDatabase(path: path) }
            #expect(error?.code == .inUse)
            let words = try #require(error?.description)
            #expect(words.contains("another labgate uses it"))
            _ = try await database.records()
        }
        _ = try RecordDatabase(path: path)
    }

    @Test("Nobody but the owner may read any of its files")
    func modes() async throws {
        try Data().write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let database = try RecordDatabase(path: path)
        _ = try await database.write("1", kind: "ledger", owner: "edu01", over: nil)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(Set(names).isSuperset(of: ["usage.sqlite", "usage.sqlite-wal", "usage.sqlite.lock"]))
        for name in names {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.appending(path: name).path)
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
    }

    @Test(
        "A file that is no database of ours is an error, and stays as it is",
        arguments: ["this is no database, but a letter\n", "SQLite format 3\0" + String(repeating: "?", count: 5000)])
    func damaged(_ content: String) throws {
        try Data(content.utf8).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: RecordDatabaseError.self) { _ = try RecordDatabase(path: path) }
        #expect(error?.code == .damaged, "\(error?.description ?? "")")
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(content.utf8))
    }

    @Test("A database with a damaged page is an error")
    func damagedPage() async throws {
        do {
            let database = try RecordDatabase(path: path)
            for number in 0..<200 {
                _ = try await database.write(
                    String(repeating: "x", count: 500), kind: "ledger", owner: "edu\(number)", over: nil)
            }
        }
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        for page in 2..<12 {
            try file.seek(toOffset: UInt64(page * 4096))
            try file.write(contentsOf: Data(repeating: 0xA5, count: 4096))
        }
        try file.close()
        let error = #expect(throws: RecordDatabaseError.self) { _ = try RecordDatabase(path: path) }
        #expect(error?.code == .damaged, "\(error?.description ?? "")")
    }

    @Test("Another program's database is an error, and so is one of a later labgate")
    func foreign() async throws {
        try await sqlite("CREATE TABLE cookies (name TEXT);")
        #expect(throws: RecordDatabaseError.self) { _ = try RecordDatabase(path: path) }
        try FileManager.default.removeItem(atPath: path)
        _ = try RecordDatabase(path: path)
        try await sqlite("INSERT INTO grdb_migrations VALUES ('of a later version');")
        let error = #expect(throws: RecordDatabaseError.self) { _ = try RecordDatabase(path: path) }
        #expect(error?.code == .tooNew)
    }

    @Test("A folder that is not there is an error with the path in it")
    func noFolder() throws {
        let path = folder.appending(path: "nowhere/usage.sqlite").path
        let error = #expect(throws: RecordDatabaseError.self) { _ = try RecordDatabase(path: path) }
        #expect(error?.code == .inaccessible)
        let words = try #require(error?.description)
        #expect(words.contains(path))
    }

    @Test("A full disk is told as such, and what was written before stays", .enabled(if: geteuid() == 0))
    func full() async throws {
        let disk = folder.appending(path: "disk")
        try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: false)
        try await run("mount", "-t", "tmpfs", "-o", "size=1M", "tmpfs", disk.path)
        let result: Result<Void, any Error>
        do { result = .success(try await writeUntilFull(disk)) } catch { result = .failure(error) }
        try await run("umount", "--lazy", disk.path)
        try result.get()
    }

    private func writeUntilFull(_ disk: URL) async throws {
        let database = try RecordDatabase(path: disk.appending(path: "usage.sqlite").path)
        let version = try await database.write("1", kind: "ledger", owner: "edu01", over: nil)
        let error = await #expect(throws: RecordDatabaseError.self) {
            let text = String(repeating: "x", count: 2 << 20)
            _ = try await database.write(text, kind: "ledger", owner: "edu01", over: version)
        }
        #expect(error?.code == .full, "\(error?.description ?? "")")
        #expect(try await database.record(kind: "ledger", owner: "edu01")?.text == "1")
        _ = try await database.write("2", kind: "ledger", owner: "edu01", over: version)
    }

    private func expectConflict(_ write: () async throws -> Int64) async {
        let error = await #expect(throws: RecordDatabaseError.self) { _ = try await write() }
        #expect(error?.code == .conflict)
    }

    private func sqlite(_ sql: String) async throws {
        let script = "import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); d.executescript(sys.argv[2]); d.close()"
        try await run("python3", "-c", script, path, sql)
    }

    private func run(_ arguments: String...) async throws {
        let process = try await ChildProcess.run(arguments)
        try #require(process.status == 0, "\(process.errors)")
    }
}
