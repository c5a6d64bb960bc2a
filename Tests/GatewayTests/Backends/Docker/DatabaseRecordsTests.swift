import Foundation
import Logging
import RecordDatabase
import TestSupport
import Testing

@testable import Gateway

@Suite("Records in a database")
struct DatabaseRecordsTests {
    private static let logger = Logger(label: "test")
    private static let key = RecordKey(kind: ContainerNote.kind, owner: "c0ffee")

    private static func makePath() throws -> String {
        try TemporaryFolder.make().appending(path: "usage.sqlite").path
    }

    @Test("are there again after a restart, and change by compare-and-swap")
    func keeps() async throws {
        let path = try Self.makePath()
        do {
            let records = try await DatabaseRecords(try RecordDatabase(path: path), logger: Self.logger)
            try await records.write("1", Self.key, over: nil)
            let first = try #require(records.record(Self.key))
            await expect(.alreadyExists) { try await records.write("x", Self.key, over: nil) }
            try await records.write("2", Self.key, over: first)
            await expect(.conflict) { try await records.write("x", Self.key, over: first) }
        }
        let records = try await DatabaseRecords(try RecordDatabase(path: path), logger: Self.logger)
        let second = try #require(records.record(Self.key))
        #expect(second.text == "2")
        #expect(records.records(ContainerNote.kind) == [second])
        await records.remove(Self.key)
        await expect(.notFound) { try await records.write("x", Self.key, over: second) }
        #expect(records.record(Self.key) == nil)
    }

    @Test("of many writers over the same state, one wins")
    func race() async throws {
        let records = try await DatabaseRecords(try RecordDatabase(path: try Self.makePath()), logger: Self.logger)
        try await records.write("0", Self.key, over: nil)
        let old = records.record(Self.key)
        let wins = await withTaskGroup(of: Bool.self) { group in
            for number in 1...20 {
                group.addTask { (try? await records.write("\(number)", Self.key, over: old)) != nil }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(wins == 1)
    }

    @Test("tell who follows them of each change, the latest to whoever is slow")
    func updates() async throws {
        let records = try await DatabaseRecords(nil, logger: Self.logger)
        let stream = records.updates(of: Self.key)
        var updates: any AsyncIteratorProtocol<StoredRecord?, Never> = stream.makeAsyncIterator()
        #expect(await updates.next(isolation: #isolation) == .some(nil))
        try await records.write("1", Self.key, over: nil)
        try await records.write("2", Self.key, over: records.record(Self.key))
        #expect(await updates.next(isolation: #isolation)??.text == "2")
    }

    @Test("go on in memory while the disk is full, and are saved when it is not", .enabled(if: geteuid() == 0))
    func fullDisk() async throws {
        let disk = try TemporaryFolder.make()
        try await run("mount", "-t", "tmpfs", "-o", "size=1M", "tmpfs", disk.path)
        let result: Result<Void, any Error>
        do { result = .success(try await writeOnFullDisk(disk)) } catch { result = .failure(error) }
        try await run("umount", "--lazy", disk.path)
        try result.get()
    }

    private func writeOnFullDisk(_ disk: URL) async throws {
        let path = disk.appending(path: "usage.sqlite").path
        let filler = disk.appending(path: "filler").path
        do {
            let records = try await DatabaseRecords(try RecordDatabase(path: path), logger: Self.logger)
            try await records.write("1", Self.key, over: nil)
            // As much as there is room for.
            _ = try await ChildProcess.run(["dd", "if=/dev/zero", "of=\(filler)", "bs=4k"])
            let large = String(repeating: "x", count: 50_000)
            let first = records.record(Self.key)
            try await records.write(large, Self.key, over: first)
            await expect(.conflict) { try await records.write("x", Self.key, over: first) }
            #expect(records.record(Self.key)?.text == large)
            try await records.write(large + "!", Self.key, over: records.record(Self.key))
            try FileManager.default.removeItem(atPath: filler)
            await records.save()
        }
        let records = try await DatabaseRecords(try RecordDatabase(path: path), logger: Self.logger)
        #expect(records.record(Self.key)?.text?.hasSuffix("!") == true)
    }

    private func expect(_ code: BackendError.Code, _ write: () async throws -> Void) async {
        let error = await #expect(throws: BackendError.self) { try await write() }
        #expect(error?.code == code)
    }

    private func run(_ arguments: String...) async throws {
        let process = try await ChildProcess.run(arguments)
        try #require(process.status == 0, "\(process.errors)")
    }
}
