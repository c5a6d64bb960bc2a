import Testing

@testable import Classroom

@Suite("Document reader")
struct DocumentReaderTests {
    /// A schema as the gateway's own settings have.
    struct Settings: Equatable {
        enum Format: String, CaseIterable { case text, json }

        var port = 22
        var format = Format.text
        var limit: Duration = .seconds(1)
        var hosts: [String] = []
        var weights: [String: Int] = [:]
        var isOn = false

        init(reading reader: DocumentReader) {
            port = reader.value("port", .int(in: 1...65535), default: port)
            format = reader.value("format", .oneOf, default: format)
            limit = reader.value("limit", .duration(in: .zero ... .seconds(3600)), default: limit)
            hosts = reader.value("hosts", .list(of: .string), default: hosts)
            weights = reader.value("weights", .map(of: .int()), default: weights)
            isOn = reader.value("nested", .object { $0.value("on", .bool, default: false) }, default: isOn)
            if reader.has("hosts"), hosts.isEmpty { reader.report("no host", at: "hosts", severity: .warning) }
        }
    }

    @Test("A schema reads what it names, and defaults what is not there")
    func reads() throws {
        let yaml = "port: 2222\nformat: json\nlimit: 1m\nhosts: [a, b]\nweights: {x: 1, y: -2}\nnested: {on: true}\n"
        let settings = try DocumentReader.read(yaml: yaml, file: "s.yaml", as: Settings.init(reading:)).value
        #expect(settings.port == 2222 && settings.format == .json && settings.limit == .seconds(60))
        #expect(settings.hosts == ["a", "b"] && settings.weights == ["x": 1, "y": -2] && settings.isOn)
        let defaults = try DocumentReader.read(yaml: "{}", file: "s.yaml", as: Settings.init(reading:))
        #expect(defaults.value.port == 22 && defaults.warnings.isEmpty)
    }

    @Test("Every problem is reported in one go, in the order of the file")
    func allProblems() {
        let yaml =
            "prot: 1\nport: 70000\nformat: xml\nlimit: soon\nhosts: {}\nnested: {on: maybe, off: 1}\nweights: {x: a}\n"
        let error = #expect(throws: ClassroomError.self) {
            try DocumentReader.read(yaml: yaml, file: "s.yaml", as: Settings.init(reading:))
        }
        #expect(
            error?.description == """
                8 errors:
                s.yaml:1: prot: unknown key; did you mean port?
                s.yaml:2: port: must be 1 to 65535, not 70000
                s.yaml:3: format: xml is not known; known: json, text
                s.yaml:4: limit: is not a duration: write it like 30s, 5m or 1h30m
                s.yaml:5: hosts: must be a list, not a mapping
                s.yaml:5: warning: hosts: no host
                s.yaml:6: nested.on: must be true or false
                s.yaml:6: nested.off: unknown key; known: on
                s.yaml:7: weights.x: must be a whole number in decimal notation
                """)
    }

    @Test("Warnings come with the value")
    func warnings() throws {
        let read = try DocumentReader.read(yaml: "port: 1\nhosts: []", file: "s.yaml", as: Settings.init(reading:))
        #expect(read.warnings.map(\.description) == ["s.yaml:2: warning: hosts: no host"])
    }

    @Test(
        "A settings file is one document",
        arguments: [
            ("", "s.yaml: the file is empty"), ("{}\n---\n{}", "s.yaml: the file holds more than one document"),
        ])
    func oneDocument(yaml: String, expected: String) {
        let error = #expect(throws: ClassroomError.self) {
            try DocumentReader.read(yaml: yaml, file: "s.yaml", as: Settings.init(reading:))
        }
        #expect(error?.problems.map(\.description) == [expected])
    }

    @Test("A file that is not there is told with its path")
    func missingFile() {
        let error = #expect(throws: ClassroomError.self) {
            try DocumentReader.read(contentsOf: "/nonexistent/s.yaml", as: Settings.init(reading:))
        }
        #expect(error?.problems.first?.description.hasPrefix("/nonexistent/s.yaml: the file cannot be read: ") == true)
    }
}
