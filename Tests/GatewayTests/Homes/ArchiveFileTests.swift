import Foundation
import TestSupport
import Testing

@testable import Gateway

@Suite("A tar archive on its way to a file")
struct ArchiveFileTests {
    let folder: URL

    init() throws { folder = try TemporaryFolder.make() }

    private var path: String { folder.appending(path: "edu01.tar").path }
    private var partialPath: String { path + ".partial" }
    private var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] }

    @Test("is there only once it is whole, and only its owner can read it")
    func whole() throws {
        let archive = try ArchiveFile(path: path, maximumByteCount: 4096)
        try archive.write(Array(repeating: 1, count: 512))
        #expect(!archive.isWhole)
        #expect(names == ["edu01.tar.partial"])
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
        try FileManager.default.createSymbolicLink(atPath: partialPath, withDestinationPath: victim)
        try ArchiveFile(path: path, maximumByteCount: 10).write([1])
        try FileManager.default.linkItem(atPath: victim, toPath: partialPath)
        try ArchiveFile(path: path, maximumByteCount: 10).write([1])
        #expect(try String(contentsOfFile: victim, encoding: .utf8) == "mine")
        try FileManager.default.createDirectory(atPath: partialPath, withIntermediateDirectories: false)
        #expect(throws: HomeCollector.Failure.self) { try ArchiveFile(path: path, maximumByteCount: 10) }
    }
}
