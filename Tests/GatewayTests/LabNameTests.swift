import Classroom
import Testing

@testable import Gateway

@Suite("Names of labs")
struct LabNameTests {
    /// Legal names that look alike, read alike, or are hard to write down.
    static let uglyNames = [
        "edu01", "Edu01", "EDU01", "edu-01", "edu_01", "edu.01", "edu--01", "e-du01", "edu01-", "edu01--", "edu01.",
        "edu01_",
        "a", "A", "0", "00", "a-b", "a-b-c", "ab-c", "a--b", "a---b", "x", "xx", "müller", "muller", "mueller",
        "Müller",
        "jörg.müller", "jorg.muller", "ß", "ss", "Ω", "Ωmega", "студент", "Студент", "学生", "學生", "학생", "طالب", "תלמיד",
        "o.brien", "o-brien", "o_brien", "anna@uni.example", "anna@uni-example", "anna.uni.example",
        String(repeating: "a", count: 63), String(repeating: "a", count: 64), String(repeating: "ä", count: 32),
        "lab-edu01-c", "home", "kube-system", "x--aaaaaaaaaaaaaaaa", "नमस्ते",
    ]

    static func isDNSLabel(_ name: String) -> Bool {
        let isInner = { (byte: UInt8) in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
        }
        return (1...63).contains(name.utf8.count) && name.utf8.allSatisfy { isInner($0) || $0 == UInt8(ascii: "-") }
            && name.utf8.first.map(isInner) == true && name.utf8.last.map(isInner) == true
    }

    @Test("the ugly names are legal student names, and at least fifty")
    func namesAreLegal() {
        #expect(Set(Self.uglyNames).count >= 50)
        for name in Self.uglyNames { #expect(StudentName.normalized(name) != nil, "\(name)") }
    }

    @Test("every student in every course has a pod and a claim of their own, whose names the API server accepts")
    func namesAreInjective() {
        var pods: [String: String] = [:]
        for student in Self.uglyNames {
            for course in ["c", "algorithms", "a-b", "b", String(repeating: "c", count: 63)] {
                let name = LabName(student: student, course: course)
                #expect(Self.isDNSLabel(name.lab), "\(name.lab)")
                #expect(Self.isDNSLabel(name.home), "\(name.home)")
                let other = pods.updateValue("\(student)+\(course)", forKey: name.lab)
                #expect(other == nil, "\(student)+\(course) and \(other ?? "") share \(name.lab)")
            }
        }
    }

    @Test("a hyphen in a name does not let one pair of student and course be taken for another")
    func pairsAreNotJoined() {
        #expect(LabName(student: "a-b", course: "c") != LabName(student: "a", course: "b-c"))
    }

    @Test("label values are legal and tell all names apart")
    func labelValues() {
        var owners: [String: String] = [:]
        for name in Self.uglyNames {
            let value = LabName.labelValue(name)
            let isLegal = value.wholeMatch(of: /[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?/) != nil
            #expect(isLegal, "\(name) became \(value)")
            let other = owners.updateValue(name, forKey: value)
            #expect(other == nil, "\(name) and \(other ?? "") share \(value)")
        }
        #expect(LabName.labelValue("edu01") == "edu01")
    }

    @Test("The waiting room of the whole namespace is no course's, whatever a course is called")
    func commonRoom() {
        let owner = LabPermit.commonRoom
        #expect(LabName.record("waiting-room", of: owner) != LabName.record("waiting-room", of: "namespace"))
        #expect(throws: ClassroomError.self) {
            try Classroom.parse(
                yaml: """
                    apiVersion: labgate.dev/v1alpha1
                    kind: Course
                    metadata: {name: "\(owner)"}
                    spec: {image: x}
                    """, file: "course.yaml")
        }
    }
}
