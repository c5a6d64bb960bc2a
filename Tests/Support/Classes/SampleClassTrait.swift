import Testing

/// Gives each suite a class of its own, whose gateway runs.
struct SampleClassTrait: SuiteTrait, TestScoping {
    /// Whose labs are started before the first test.
    var students: [String] = []
    /// More of the gateway's configuration.
    var configuration = ""
    /// More of the course.
    var course: [String: String] = [:]

    @TaskLocal fileprivate static var current: SampleClass?

    @concurrent func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        let sample = try await SampleClass.make()
        do {
            try sample.writeConfiguration(extra: configuration)
            try sample.write(CourseDocument(more: course))
            try await sample.start()
            for student in students { _ = try await sample.ssh(student).run("true") }
            try await Self.$current.withValue(sample) { try await function() }
        } catch {
            try? await sample.end()
            throw error
        }
        try await sample.end()
    }
}

extension Trait where Self == SampleClassTrait {
    /// A class for the suite, with no lab yet; `SampleClass.ofSuite` is it.
    static var sampleClass: SampleClassTrait { SampleClassTrait() }

    /// A class whose gateway looks after its labs every second, in a course with these rules: keys of the `spec`.
    static func sampleClass(course: [String: String]) -> SampleClassTrait {
        SampleClassTrait(configuration: SampleClass.briskLifeCycle, course: course)
    }

    /// A class for the suite, in which these students have their labs.
    static func sampleClass(labsOf students: String...) -> SampleClassTrait {
        SampleClassTrait(students: students)
    }
}

extension SampleClass {
    /// The class of the suite that runs.
    static func ofSuite() throws -> SampleClass {
        try #require(SampleClassTrait.current, "the suite lacks the trait sampleClass")
    }
}
