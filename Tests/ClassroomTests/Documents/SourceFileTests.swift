import Foundation
import Testing

@testable import Classroom

@Suite("Source file")
struct SourceFileTests {
    @Test("A file of nested aliases is refused, quickly, instead of growing")
    func yamlBomb() {
        var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...30 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            yaml += "a\(level): &a\(level) [\(aliases)]\n"
        }
        #expect(
            problems(in: yaml) == ["c.yaml:1: the document has more than 500000 values once its aliases are followed"])
    }

    @Test(
        "Aliases in keys, which the parser would follow before anybody looks, are refused",
        arguments: [
            "b: &b [x]\n? *b\n: y", "b: &b x\n*b : y", "b: &b x\nc: {*b : y}", "b: &b x\nc: {[*b]: y}",
            "b: &b x\n? [a,\n   *b]\n: y",
        ])
    func aliasKeys(yaml: String) {
        #expect(
            problems(in: yaml) == [
                "c.yaml: aliases together with keys that are lists, mappings or aliases are refused: write them out"
            ])
    }

    @Test("Plain aliases are followed, and problems point at where they are used")
    func aliases() throws {
        let lines = """
            podTemplate:
              spec:
                nodeSelector: &pool {pool: labs}
                again: *pool
            """
        let spec = try #require(try course(lines)).podTemplate?["spec"]
        #expect(spec?["again"] == ["pool": "labs"])
        let wrong = "environment: {A: &one 1}\nshell: *one"
        #expect(
            problems(inCourse: wrong) == [
                "c.yaml:6: spec.environment.A: 1 without quotes is a number in YAML; write \"1\"",
                "c.yaml:7: spec.shell: 1 without quotes is a number in YAML; write \"1\"",
            ])
    }

    @Test("Nesting without end is refused", arguments: [100, 5000])
    func depth(levels: Int) {
        let yaml = "a: " + String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        let found = problems(in: yaml)
        #expect(found.count == 1)
        #expect(found.first == "c.yaml:1: the document is nested more than 64 levels deep" || levels == 5000)
    }

    @Test(
        "What is not YAML is told with its line",
        arguments: [
            ("a: b\n  c: d\n", "c.yaml:2: not valid YAML: mapping values are not allowed in this context"),
            ("a: [\n", "c.yaml:2: not valid YAML: while parsing a flow node, did not find expected node content"),
            ("a: 'x\n", "c.yaml:2: not valid YAML: while scanning a quoted scalar, found unexpected end of stream"),
            ("a: b\nc: \u{1}\n", "c.yaml:2: not valid YAML: control characters are not allowed"),
            ("a: *nothing", "c.yaml:1: not valid YAML: found undefined alias"),
        ])
    func syntax(yaml: String, expected: String) {
        #expect(problems(in: yaml) == [expected])
    }

    @Test("A byte order mark and Windows line ends do no harm")
    func windows() {
        let yaml =
            "\u{FEFF}" + (Sample.course("shel: x") + "---\n" + Sample.student("ann")).replacing("\n", with: "\r\n")
        #expect(problems(in: yaml) == ["c.yaml:6: spec.shel: unknown key; did you mean shell?"])
    }

    @Test("Files that are too large, not text, or no files are refused in words")
    func files() throws {
        try withTemporaryFolder { folder in
            try Data(count: SourceFile.maximumByteCount + 1).write(to: folder.appending(path: "large.yaml"))
            try Data([0x61, 0xFF]).write(to: folder.appending(path: "latin.yaml"))
            try FileManager.default.createDirectory(
                at: folder.appending(path: "folder.yaml"), withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(
                at: folder.appending(path: "lost.yml"), withDestinationURL: folder.appending(path: "nowhere"))
            try Data("x".utf8).write(to: folder.appending(path: ".hidden.yaml"))
            try Data("x".utf8).write(to: folder.appending(path: "notes.txt"))
            let error = #expect(throws: ClassroomError.self) { try Classroom.load(folder: folder.path) }
            let found = (error?.problems ?? []).map { $0.description.replacing(folder.path + "/", with: "") }
            #expect(found.count == 4)
            #expect(
                found.prefix(3) == [
                    "folder.yaml: this is not a file", "large.yaml: the file is larger than 4 MiB; split it",
                    "latin.yaml: the file is not UTF-8 text",
                ])
            #expect(found.last?.hasPrefix("lost.yml: the file cannot be read: ") == true)
        }
    }

    @Test("A roster of thousands is read in reasonable time")
    func large() throws {
        let students = (0..<3000).map { Sample.student("number\($0)") }
        let yaml = ([Sample.course("")] + students).joined(separator: "---\n")
        #expect(try Classroom.parse(yaml: yaml, file: "c.yaml").students.count == 3000)
    }
}
