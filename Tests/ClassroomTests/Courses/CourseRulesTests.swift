import Foundation
import Testing

@testable import Classroom

@Suite("Rules of a course")
struct CourseRulesTests {
    @Test("A course that says nothing has the documented rules")
    func defaults() throws {
        let course = try #require(try course(""))
        #expect(course.idle.labSession == nil && course.idle.lab == .seconds(7200))
        #expect(course.idle.maximumAge == .seconds(86_400) && course.idle.warnings == [.seconds(600), .seconds(60)])
        #expect(course.idle.workKeepsLab && course.idle.workFloor == .milliCPU(50))
        #expect(course.idle.forwardingFloor == 4096)
        #expect(course.idle.restartGrace == .seconds(300) && course.idle.holdDown == .seconds(600))
        #expect(course.gatewayCommands && course.capacity == nil && course.calendar == CourseCalendar())
        #expect(course.quotas == Quotas())
        #expect((course.quotas.connections, course.quotas.labSessions, course.quotas.labs) == (16, 64, 4))
        #expect(course.quotas.warning == .seconds(600) && course.quotas.grace == .seconds(120))
        for meter in Meter.allCases {
            for window in BudgetWindow.allCases { #expect(course.quotas[meter][window] == nil) }
        }
    }

    static let everything = """
        idle: {labSession: 2h, lab: never, maximumAge: 12h, warnings: [1m, 10m, 60s], workKeepsLab: false,
          workFloor: 0.1, forwardingFloor: 1000, restartGrace: 1m, holdDown: 0s}
        gatewayCommands: false
        capacity: 30
        timeZone: Europe/Berlin
        quotas:
          connections: 2
          labSessions: 8
          labs: 1
          connectedTime: {day: 4h, week: 20h, term: 100h}
          labTime: {day: 8h}
          cpuTime: {week: 10h}
          warning: 5m
          grace: 1m
        term: {from: 2026-10-01, to: 2027-03-31}
        openingHours:
        - {days: [mon, tue, wed, thu, fri], from: 08:00, to: 20:00}
        - {days: [sat], from: "10:00", to: "24:00"}
        exams:
        - {from: "2026-12-01T09:00", to: 2026-12-01T12:00, connections: 2, forwarding: true, sftp: false}
        - {from: "2026-12-02T09:00", to: "2026-12-02T12:00"}
        """

    @Test("Every rule arrives where it belongs")
    func reads() throws {
        let course = try #require(try course(Self.everything))
        #expect(
            course.idle
                == IdleRules(
                    labSession: .seconds(7200), lab: nil, maximumAge: .seconds(43_200),
                    warnings: [.seconds(600), .seconds(60)], workKeepsLab: false, workFloor: .milliCPU(100),
                    forwardingFloor: 1000, restartGrace: .seconds(60), holdDown: .zero))
        #expect(!course.gatewayCommands && course.capacity == 30)
        #expect(
            course.quotas
                == Quotas(
                    connections: 2, labSessions: 8, labs: 1,
                    connectedTime: TimeBudget(day: .seconds(14_400), week: .seconds(72_000), term: .seconds(360_000)),
                    labTime: TimeBudget(day: .seconds(28_800)), cpuTime: TimeBudget(week: .seconds(36_000)),
                    warning: .seconds(300), grace: .seconds(60)))
        #expect(course.calendar.timeZone.identifier == "Europe/Berlin")
        #expect(course.calendar.term == Term(from: try LocalDate("2026-10-01"), to: try LocalDate("2027-03-31")))
        #expect(course.calendar.openingHours.map(\.days.count) == [5, 1])
        #expect(course.calendar.openingHours.map(\.from.description) == ["08:00", "10:00"])
        #expect(course.calendar.openingHours.map(\.to.description) == ["20:00", "24:00"])
        let nine = try Date.ISO8601FormatStyle().parse("2026-12-01T09:00:00+01:00")
        #expect(
            course.calendar.exams == [
                Exam(from: nine, to: nine + 10_800, connections: 2, forwarding: true, sftp: false),
                Exam(from: nine + 86_400, to: nine + 86_400 + 10_800, connections: 1, forwarding: false, sftp: true),
            ])
        #expect(problems(inCourse: Self.everything).isEmpty)
    }

    @Test("A student's quotas replace the course's key by key, and budgets window by window")
    func overrides() throws {
        let lines = """
            courses: [c]
            publicKeys: []
            quotas: {labs: 2, connectedTime: {day: 6h}, cpuTime: {day: 1h}, grace: 0s}
            """
        let yaml = Sample.course(Self.everything) + "---\n" + Sample.student("ann", lines)
        let classroom = try Classroom.parse(yaml: yaml, file: "c.yaml")
        let (course, student) = (classroom.courses["c"], classroom.student(named: "ann"))
        let quotas = try #require(course).quotas(for: try #require(student))
        #expect(
            quotas
                == Quotas(
                    connections: 2, labSessions: 8, labs: 2,
                    connectedTime: TimeBudget(day: .seconds(21_600), week: .seconds(72_000), term: .seconds(360_000)),
                    labTime: TimeBudget(day: .seconds(28_800)),
                    cpuTime: TimeBudget(day: .seconds(3600), week: .seconds(36_000)),
                    warning: .seconds(300), grace: .zero))
    }

    @Test("A student's budget for a term that no course has is odd")
    func termOfNoCourse() {
        #expect(
            problems(inStudent: "courses: [c]\npublicKeys: []\nquotas: {labTime: {term: 5h}}") == [
                "c.yaml:8: warning: spec.quotas: labTime has a budget for the term, "
                    + "but none of the student's courses has a term"
            ])
    }

    @Test("What is wrong in a rule is said in words, with its line", arguments: refusals)
    func refusal(lines: String, expected: String) {
        #expect(problems(inCourse: lines) == ["c.yaml:\(expected)"])
    }

    static let refusals = [
        ("idle: {lab: 5}", "6: spec.idle.lab: is not a duration: 5 has no unit; write 5s"),
        ("idle: {lab: 5s}", "6: spec.idle.lab: must be 10s to 8784h, not 5s"),
        ("idle:\n  maximumAge: never", "7: spec.idle.maximumAge: is not a duration: write it like 30s, 5m or 1h30m"),
        ("idle: {warnings: 10m}", "6: spec.idle.warnings: must be a list, not a single value"),
        ("idle: {labs: 2h}", "6: spec.idle.labs: unknown key; did you mean lab?"),
        (
            "idle: {workFloor: 0}",
            "6: spec.idle.workFloor: must be 1m to 1024, not 0; 1 is one CPU, 50m is a twentieth of one"
        ),
        (
            "idle: {lab: 30h}",
            "6: warning: spec.idle.lab: never counts, for labs are stopped at the maximumAge of 24h"
        ),
        ("capacity: 0", "6: spec.capacity: must be 1 to 1000000, not 0"),
        ("timeZone: Europe/Berlln", "6: spec.timeZone: Europe/Berlln is not a time zone; did you mean Europe/Berlin?"),
        ("timeZone: CEST", "6: spec.timeZone: CEST is not a time zone; write it like Europe/Berlin"),
        ("quotas: {connections: 0}", "6: spec.quotas.connections: must be 1 to 128, not 0"),
        ("quotas: {labTime: 8h}", "6: spec.quotas.labTime: must be a mapping of keys to values, not a single value"),
        ("quotas: {labTime: {month: 8h}}", "6: spec.quotas.labTime.month: unknown key; known: day, term, week"),
        (
            "quotas: {labTime: {term: 8h}}",
            "6: spec.quotas.labTime: has a budget for the term, but the course has no term; add it"
        ),
        ("term: {from: 2026-10-01}", "6: spec.term.to: missing; it is required"),
        ("term: {from: 2026-10-01, to: 2026-09-30}", "6: spec.term.to: must not be before 2026-10-01"),
        ("term: {from: 2026-02-29, to: 2026-09-30}", "6: spec.term.from: there is no day 2026-02-29"),
        ("openingHours: []", "6: spec.openingHours: must not be empty"),
        (
            "openingHours:\n- {days: [mon], from: \"22:00\", to: \"02:00\"}",
            "7: spec.openingHours[0].to: must be later than 22:00; "
                + "hours over midnight are two entries, one to \"24:00\" and one from \"00:00\""
        ),
        (
            "openingHours:\n- {days: [monday], from: \"08:00\", to: \"09:00\"}",
            "7: spec.openingHours[0].days[0]: monday is not known; known: fri, mon, sat, sun, thu, tue, wed"
        ),
        (
            "openingHours:\n- {days: [mon, mon], from: \"08:00\", to: \"09:00\"}",
            "7: spec.openingHours[0].days: mon is listed twice"
        ),
        (
            "openingHours:\n- {days: [mon], from: 8am, to: \"09:00\"}",
            "7: spec.openingHours[0].from: 8am is not a time of day; write it like \"08:00\""
        ),
        (
            "exams:\n- {from: 2026-12-01, to: \"2026-12-01T12:00\"}",
            "7: spec.exams[0].from: 2026-12-01 is not a date and a time without a time zone; "
                + "write it like 2026-12-01T09:00"
        ),
        (
            "exams:\n- {from: \"2026-12-01T12:00\", to: \"2026-12-01T12:00\"}",
            "7: spec.exams[0].to: must be later than from"
        ),
        (
            "exams:\n- {from: \"2026-12-01T11:00\", to: \"2026-12-01T13:00\"}\n"
                + "- {from: \"2026-12-01T10:00\", to: \"2026-12-01T12:00\"}",
            "6: spec.exams: the exams of Tue 1 Dec 10:00 and Tue 1 Dec 11:00 overlap"
        ),
        (
            "openingHours: [{days: [tue], from: \"08:00\", to: \"11:00\"}]\n"
                + "exams: [{from: \"2026-12-01T10:00\", to: \"2026-12-01T12:00\"}]",
            "7: warning: spec.exams: the course is closed during the exam of Tue 1 Dec 10:00, or a part of it"
        ),
    ]
}
