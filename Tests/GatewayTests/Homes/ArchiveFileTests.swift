import Foundation
import TestSupport
import Testing

@testable import Gateway

@Suite("A tar archive on its way to a file")
struct ArchiveFileTests {
    let folder: URL

    init() throws { folder = try TemporaryFolder.make() }

    private var path: String { folder.appending(path: "edu01.tar").path }
    private var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] }

    @Test("is there only once it is whole, and only its owner can read it")
    func whole() throws {
        let archive = try ArchiveFile(path: path, maximumByteCount: 4096)
        try archive.write(Array(repeating: 1, count: 512))
        #expect(!archive.isWhole)
        #expect(names.count == 1 && names[0].hasPrefix("edu01.tar.") && names[0].hasSuffix(".partial"))
        try archive.write(Array(repeating: 0, count: 1024))
        #expect(archive.isWhole)
        try archive.finish()
        #expect(names == ["edu01.tar"])
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(attributes[.size] as? Int == 1536)
    }

    @Test("that becomes larger than it may is refused, and nothing of it stays")
    func bound() throws {
        do {
            let archive = try ArchiveFile(path: path, maximumByteCount: 2 << 20)
            for _ in 1...2 { try archive.write(Array(repeating: 0, count: 1 << 20)) }
            let failure = #expect(throws: HomeCollector.Failure.self) { try archive.write([0]) }
            #expect(failure?.description.contains("larger than 2 MiB") == true)
        }
        #expect(names.isEmpty)
    }

    @Test("is not written through a link or into a file that somebody has put in its way")
    func obstacles() throws {
        let victim = folder.appending(path: "victim").path
        #expect(FileManager.default.createFile(atPath: victim, contents: Data("mine".utf8)))
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: victim)
        try write([1])
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.linkItem(atPath: victim, toPath: path)
        try write([2])
        #expect(try String(contentsOfFile: victim, encoding: .utf8) == "mine")
        #expect(try Data(contentsOf: URL(filePath: path)) == Data([2]))
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(throws: HomeCollector.Failure.self) { try write([3]) }
    }

    private func write(_ bytes: [UInt8]) throws {
        let archive = try ArchiveFile(path: path, maximumByteCount: 10)
        try archive.write(bytes)
        try archive.finish()
    }

    @Test("is nobody else's who writes to the same file meanwhile; the last one that is whole stays")
    func together() throws {
        let first = try ArchiveFile(path: path, maximumByteCount: 10)
        try first.write([1])
        do {
            let cut = try ArchiveFile(path: path, maximumByteCount: 10)
            try cut.write([2])
            try first.write([1])
            try first.finish()
        }
        #expect(names == ["edu01.tar"])
        #expect(try Data(contentsOf: URL(filePath: path)) == Data([1, 1]))
    }
}
