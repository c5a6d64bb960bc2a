/// What came of one round of measuring labs. A lab that is in neither was not asked: there was no time for it.
struct MeterRound: Hashable, Sendable {
    /// The CPU times that were read, by the labs' UIDs.
    var times: [String: Duration] = [:]
    /// The UIDs of labs that were asked and gave no answer, or none that can be read.
    var silent: Set<String> = []
}
