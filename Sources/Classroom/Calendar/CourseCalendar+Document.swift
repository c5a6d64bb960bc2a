import Foundation

extension CourseCalendar {
    /// Reads `timeZone`, `term`, `openingHours` and `exams` of a course's `spec`.
    init(reading spec: DocumentReader) {
        let zone = spec.optional("timeZone", .timeZone)
        self.init(
            timeZone: zone ?? .gmt,
            term: spec.optional("term", .object(Term.init(reading:))),
            openingHours: spec.value(
                "openingHours", .list(of: .object(OpeningHours.init(reading:)), minimumCount: 1), default: []))
        let clock = LocalClock(timeZone: timeZone)
        exams = spec.value("exams", .list(of: .object { Exam(reading: $0, clock) }), default: [])
        // In another time zone than the one that was meant, nothing could be said about the exams.
        if zone != nil || !spec.has("timeZone") { checkExams(spec) }
    }

    /// Reports exams that overlap, and warns of those that are not within the opening hours.
    private func checkExams(_ spec: DocumentReader) {
        let inOrder = exams.sorted { $0.from < $1.from }
        for (earlier, later) in zip(inOrder, inOrder.dropFirst()) where later.from < earlier.to {
            let (first, second) = (text(for: earlier.from), text(for: later.from))
            spec.report("the exams of \(first) and \(second) overlap", at: "exams")
        }
        for exam in inOrder where !isOpen(at: exam.from) || closing(after: exam.from).map({ $0 < exam.to }) == true {
            let message = "the course is closed during the exam of \(text(for: exam.from)), or a part of it"
            spec.report(message, at: "exams", severity: .warning)
        }
    }
}

extension Term {
    /// Reads `term`.
    fileprivate init?(reading reader: DocumentReader) {
        let from = reader.required("from", .localDate)
        let to = reader.required("to", .localDate)
        guard let from, let to else { return nil }
        if to < from { reader.report("must not be before \(from)", at: "to") }
        self.init(from: from, to: to)
    }
}

extension OpeningHours {
    /// Reads one element of `openingHours`.
    fileprivate init?(reading reader: DocumentReader) {
        let days = reader.required("days", .list(of: FieldType<Weekday>.oneOf, minimumCount: 1)) ?? []
        let from = reader.required("from", .localTime)
        let to = reader.required("to", .localTime)
        for (index, day) in days.enumerated() where days[..<index].contains(day) {
            reader.report("\(day.rawValue) is listed twice", at: "days")
        }
        guard let from, let to else { return nil }
        if to <= from {
            let advice = "hours over midnight are two entries, one to \"24:00\" and one from \"00:00\""
            reader.report("must be later than \(from); \(advice)", at: "to")
            return nil
        }
        self.init(days: Set(days), from: from, to: to)
    }
}

extension Exam {
    /// Reads one element of `exams`.
    fileprivate init?(reading reader: DocumentReader, _ clock: LocalClock) {
        let from = reader.required("from", .instant(clock, .first))
        let to = reader.required("to", .instant(clock, .last))
        let connections = reader.value("connections", .int(in: 1...128), default: 1)
        let forwarding = reader.value("forwarding", .bool, default: false)
        let sftp = reader.value("sftp", .bool, default: true)
        guard let from, let to else { return nil }
        guard from < to else {
            reader.report("must be later than from", at: "to")
            return nil
        }
        self.init(from: from, to: to, connections: connections, forwarding: forwarding, sftp: sftp)
    }
}

extension FieldType where Value == LocalDate {
    /// A date such as `2026-10-01`.
    static var localDate: FieldType {
        FieldType<String>.string.parsed(LocalDate.init)
    }
}

extension FieldType where Value == LocalTime {
    /// A time of day such as `08:00`. Without quotes YAML 1.1 takes `20:00` for a number, but its text is kept.
    static var localTime: FieldType {
        FieldType<String>.numberOrText.parsed(LocalTime.init)
    }
}

extension FieldType where Value == Date {
    /// A date and a time on a local clock, such as `2026-12-01T09:00`.
    static func instant(_ clock: LocalClock, _ occurrence: LocalClock.Occurrence) -> FieldType {
        FieldType<String>.string.parsed { text throws(ClassroomError) in
            let parts = text.split(separator: "T", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else {
                throw ClassroomError(
                    .invalidValue,
                    "\(text) is not a date and a time without a time zone; write it like 2026-12-01T09:00")
            }
            let (day, time) = (try LocalDate(parts[0]), try LocalTime(parts[1]))
            return time == .endOfDay ? clock.start(of: day + 1) : clock.instant(of: day, time, occurrence)
        }
    }
}

extension FieldType where Value == TimeZone {
    /// A time zone of the tz database, such as `Europe/Berlin`.
    static var timeZone: FieldType {
        FieldType<String>.string.parsed { text throws(ClassroomError) in
            // Other spellings, such as abbreviations, mean something else in another season or country.
            let known = TimeZone.knownTimeZoneIdentifiers
            if text == "UTC" { return .gmt }
            if known.contains(text) || text.contains("/"), let zone = TimeZone(identifier: text) { return zone }
            let nearest = Spelling.nearest(to: text, in: known)
            let advice = nearest.map { "did you mean \($0)?" } ?? "write it like Europe/Berlin"
            throw ClassroomError(.invalidValue, "\(text) is not a time zone; \(advice)")
        }
    }
}
