extension QuotaOverrides {
    /// Reads `quotas`, a course's or a student's: they have the same keys.
    init(reading reader: DocumentReader) {
        // Holdings are kept in one small object for each student; the limits bound it.
        self.init(
            connections: reader.optional("connections", .int(in: 1...128)),
            labSessions: reader.optional("labSessions", .int(in: 1...256)),
            labs: reader.optional("labs", .int(in: 1...64)),
            connectedTime: reader.value("connectedTime", .timeBudget, default: TimeBudget()),
            labTime: reader.value("labTime", .timeBudget, default: TimeBudget()),
            cpuTime: reader.value("cpuTime", .timeBudget, default: TimeBudget()),
            warning: reader.optional("warning", .duration(in: .zero ... .seconds(86_400))),
            grace: reader.optional("grace", .duration(in: .zero ... .seconds(3600))))
    }

    /// Which budgets are for a term.
    var metersWithTerm: [Meter] {
        let budgets: [(Meter, TimeBudget)] = [
            (.connectedTime, connectedTime), (.labTime, labTime), (.cpuTime, cpuTime),
        ]
        return budgets.filter { $0.1.term != nil }.map(\.0)
    }
}

extension FieldType where Value == TimeBudget {
    /// Durations for a day, a week and a term.
    static var timeBudget: FieldType {
        .object { reader in
            let duration = FieldType<Duration>.duration(in: .seconds(10) ... .seconds(3650 * 86_400))
            return TimeBudget(
                day: reader.optional("day", duration),
                week: reader.optional("week", duration),
                term: reader.optional("term", duration))
        }
    }
}
