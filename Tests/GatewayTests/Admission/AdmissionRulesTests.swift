import Classroom
import Foundation
import Testing

@testable import Gateway

@Suite("Admission")
struct AdmissionRulesTests {
    static let rules = AdmissionRules(
        course: "c", limits: HoldingLimits(connections: 2, labSessions: 3, labs: 2),
        statusCommand: "ssh edu01@lab -- :status")

    static func ledger(_ holdings: [(HoldingKind, String)]) -> Ledger {
        var ledger = Ledger()
        for (index, (kind, course)) in holdings.enumerated() {
            ledger.open(Holding(id: "\(index)", kind: kind, course: course, holder: "r", since: Clock.midnight))
        }
        return ledger
    }

    static func sentence(_ admission: Admission) -> String? {
        guard case .refused(let refusal) = admission else { return nil }
        return refusal.sentence(Clock.text)
    }

    @Test("Lab sessions and connections are limited in each course")
    func perCourse() {
        let two = Self.ledger([(.labSession, "c"), (.labSession, "c"), (.labSession, "d"), (.connection, "c")])
        #expect(Self.rules.admission(of: .labSession, ledger: two) == .admitted)
        let three = Self.ledger(Array(repeating: (.labSession, "c"), count: 3))
        #expect(
            Self.sentence(Self.rules.admission(of: .labSession, ledger: three))
                == "you have 3 lab sessions, and 3 is the limit of the course c: close one "
                + "(ssh edu01@lab -- :status lists them)")
        #expect(Self.rules.admission(of: .connection, ledger: three) == .admitted)
    }

    @Test("Labs are limited over all courses, and a new lab of the same course takes the old one's place")
    func overAllCourses() {
        let others = Self.ledger([(.lab, "d"), (.lab, "e")])
        #expect(
            Self.sentence(Self.rules.admission(of: .lab, ledger: others))
                == "you have 2 labs, and 2 is the limit of all your courses together: stop one "
                + "(ssh edu01@lab -- :status lists them)")
        #expect(Self.rules.admission(of: .lab, ledger: Self.ledger([(.lab, "d"), (.lab, "c")])) == .admitted)
    }

    @Test("A limit of none and a course without commands are told as such")
    func none() {
        var rules = Self.rules
        rules.limits.labSessions = 0
        rules.limits.connections = 1
        rules.statusCommand = nil
        #expect(
            Self.sentence(rules.admission(of: .labSession, ledger: Ledger())) == "the course c permits no lab sessions")
        #expect(
            Self.sentence(rules.admission(of: .connection, ledger: Self.ledger([(.connection, "c")])))
                == "you have 1 connection, and 1 is the limit of the course c: close one")
    }

    @Test("An exam narrows connections and switches features off")
    func exam() {
        var rules = Self.rules
        #expect(rules.admission(of: .forwarding) == .admitted)
        rules.exam = ExamConditions(until: Clock.at("12:00"), connections: 1, forwarding: false, sftp: true)
        #expect(rules.admission(of: .connection, ledger: Ledger()) == .admitted)
        #expect(
            Self.sentence(rules.admission(of: .connection, ledger: Self.ledger([(.connection, "c")])))
                == "the course c has an exam until 12:00, which permits 1 connection at once: close one "
                + "(ssh edu01@lab -- :status lists them). One that broke off counts until that is noticed, some two minutes")
        #expect(
            Self.sentence(rules.admission(of: .forwarding))
                == "the course c has an exam until 12:00, which permits no port forwarding")
        #expect(rules.admission(of: .sftp) == .admitted)
    }

    @Test("After a stop, only a terminal starts the lab again, until the hold-down is over")
    func holdDown() {
        let stop = Stop(
            at: Clock.at("14:00"), reason: "nothing was typed since 12:00", holdUntil: Clock.at("14:10"),
            isDeliberate: false)
        let early = Clock.at("14:09")
        #expect(
            Self.sentence(Self.rules.admission(startingAfter: stop, hasTerminal: false, at: early))
                == "your lab of the course c was stopped at 14:00 (nothing was typed since 12:00); until 14:10 "
                + "only a login with a terminal starts it again")
        #expect(Self.rules.admission(startingAfter: stop, hasTerminal: true, at: early) == .admitted)
        #expect(Self.rules.admission(startingAfter: stop, hasTerminal: false, at: Clock.at("14:10")) == .admitted)
        #expect(Self.rules.admission(startingAfter: nil, hasTerminal: false, at: early) == .admitted)
    }

    @Test("Outside of the opening hours it says when, and before closing it says so")
    func hours() {
        let open = CourseHours(isOpen: true, closing: Clock.at("20:00"))
        let closed = CourseHours(isOpen: false, opening: Clock.at("32:00"))
        #expect(open.admission(course: "c") == .admitted)
        #expect(Self.sentence(closed.admission(course: "c")) == "the course c is closed until 32:00")
        #expect(
            Self.sentence(CourseHours(isOpen: false).admission(course: "c"))
                == "the course c is closed, and no opening is planned")
        func notice(_ hours: CourseHours, _ now: String) -> String? {
            hours.notice(course: "c", at: Clock.at(now), within: .seconds(600), when: Clock.text)
        }
        #expect(notice(open, "19:50") == "the course c closes at 20:00")
        #expect(notice(open, "19:49") == nil)
        #expect(notice(closed, "19:55") == nil)
        #expect(notice(CourseHours(isOpen: true), "19:55") == nil)
    }
}
