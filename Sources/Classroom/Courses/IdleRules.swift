/// When lab sessions and labs of a course are ended because nobody uses them, or because they are too old.
///
/// Two clocks count: interaction is what the student types, sends or forwards; work is what the lab's processes do.
public struct IdleRules: Hashable, Sendable {
    /// How long a lab session may be without interaction; nil for ever.
    public var labSession: Duration?
    /// How long a lab may be without interaction and work; nil for ever.
    public var lab: Duration?
    /// The age at which a lab is stopped, whatever happens in it.
    public var maximumAge: Duration
    /// How long before each end the student is warned; the longest first, none twice.
    public var warnings: [Duration]
    /// Whether work keeps a lab, and not only interaction.
    public var workKeepsLab: Bool
    /// The processor use below which there is no work, in CPUs.
    public var workFloor: Quantity
    /// The bytes of forwarded input in a minute below which there is no interaction.
    public var forwardingFloor: Int
    /// How long nothing is ended after nobody has watched for a while.
    public var restartGrace: Duration
    /// How long after the stop of a lab logins without a terminal do not start it again.
    public var holdDown: Duration

    /// Makes rules; without arguments, those of a course that states none.
    public init(
        labSession: Duration? = nil,
        lab: Duration? = .seconds(2 * 3600),
        maximumAge: Duration = .seconds(24 * 3600),
        warnings: [Duration] = [.seconds(600), .seconds(60)],
        workKeepsLab: Bool = true,
        workFloor: Quantity = .milliCPU(50),
        forwardingFloor: Int = 4096,
        restartGrace: Duration = .seconds(300),
        holdDown: Duration = .seconds(600)
    ) {
        self.labSession = labSession
        self.lab = lab
        self.maximumAge = maximumAge
        self.warnings = Set(warnings).sorted(by: >)
        self.workKeepsLab = workKeepsLab
        self.workFloor = workFloor
        self.forwardingFloor = forwardingFloor
        self.restartGrace = restartGrace
        self.holdDown = holdDown
    }
}

extension IdleRules {
    /// Shorter limits could not be told from the pauses between two looks at a lab.
    private static let limits: ClosedRange<Duration> = .seconds(10) ... .seconds(366 * 86_400)
    private static let pauses: ClosedRange<Duration> = .zero ... .seconds(86_400)

    /// Reads `idle`.
    init(reading reader: DocumentReader) {
        let defaults = IdleRules()
        self.init(
            labSession: reader.value(
                "labSession", .durationOrNever(in: Self.limits), default: defaults.labSession),
            lab: reader.value("lab", .durationOrNever(in: Self.limits), default: defaults.lab),
            maximumAge: reader.value("maximumAge", .duration(in: Self.limits), default: defaults.maximumAge),
            warnings: reader.value(
                "warnings", .list(of: .duration(in: .seconds(1) ... .seconds(86_400))), default: defaults.warnings),
            workKeepsLab: reader.value("workKeepsLab", .bool, default: defaults.workKeepsLab),
            workFloor: reader.value(
                "workFloor",
                .quantity("1 is one CPU, 50m is a twentieth of one", in: .milliCPU(1) ... .milliCPU(1_024_000)),
                default: defaults.workFloor),
            forwardingFloor: reader.value(
                "forwardingFloor", .int(in: 0...1_000_000_000), default: defaults.forwardingFloor),
            restartGrace: reader.value("restartGrace", .duration(in: Self.pauses), default: defaults.restartGrace),
            holdDown: reader.value("holdDown", .duration(in: Self.pauses), default: defaults.holdDown))
        if reader.has("lab"), let lab, lab > maximumAge {
            let message = "never counts, for labs are stopped at the maximumAge of \(DurationNotation.text(maximumAge))"
            reader.report(message, at: "lab", severity: .warning)
        }
    }
}
