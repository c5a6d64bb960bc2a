/// What runs labs: a Kubernetes cluster, or the container engine of one host.
///
/// What is known of labs is kept up to date by whatever runs among the ``Backend``'s services; reading it is cheap and
/// never waits. All names of labs are ``LabName/lab``.
protocol LabBackend: Sendable {
    // MARK: Which labs there are

    /// Whether all labs that there are have been seen.
    var isSynced: Bool { get }
    /// All labs as last seen, in no order.
    var labs: [Lab] { get }
    /// An element now, once all labs have been seen, and after each change of any. A slow reader gets one for all.
    var changes: AsyncStream<Void> { get }
    /// The lab of this name as last seen.
    func lab(named name: String) -> Lab?
    /// The lab of this name now, once all labs have been seen, and after each change; nil while there is none.
    func updates(ofLabNamed name: String) -> any AsyncSequence<Lab?, Never> & Sendable
    /// The lab of this name, which is asked for; nil if there is none.
    func currentLab(named name: String) async throws(BackendError) -> Lab?

    // MARK: Their beginning and end

    /// Whether the lab was made from another version of its course than the order.
    func isOutdated(_ lab: Lab, _ order: LabOrder) -> Bool
    /// Gets ready what creating the lab needs and what may take minutes, such as fetching its image.
    ///
    /// - Parameter progress: told each stage.
    /// - Throws: `LabError` if it cannot be had, `BackendError`, or `CancellationError`.
    func prepare(_ order: LabOrder, progress: @escaping @Sendable (LabStage) async -> Void) async throws
    /// What a lab is made of, to be created in this order.
    func parts(of order: LabOrder) -> [LabPart]
    /// What is to be made of a lab that cannot start, as it looks: it may still come, and the reason may be known better.
    ///
    /// - Parameter stage: what was told last of its start.
    func secondOpinion(on lab: Lab, _ error: LabError, after stage: LabStage?) async -> LabState
    /// Why a lab that has said nothing for a while does not come, if something tells; nil otherwise.
    ///
    /// - Parameter order: what it was made for, which says what it waits for.
    func hindrance(of lab: Lab, _ order: LabOrder) async -> String?
    /// Writes something on a lab, for all gateways to know.
    ///
    /// - Parameter unchanged: whether nothing may have changed about the lab since it was looked at.
    /// - Returns: the lab as it is by now, perhaps about to end; nil if it is another one, gone, or not as it was.
    /// - Throws: `BackendError` if it is not known to be written.
    func note(_ note: LabNote, on lab: Lab, ifUnchanged unchanged: Bool) async throws(BackendError) -> Lab?
    /// Deletes this very lab; its home stays.
    ///
    /// - Parameter gracePeriod: how long its processes have to end; nil for as long as its course says.
    /// - Throws: `BackendError`; that it is gone, or another one, is an error, too.
    func delete(_ lab: Lab, gracePeriod: Duration?) async throws(BackendError)
    /// Tells whoever looks after the backend what happened to a lab. Nothing depends on it.
    func tell(_ event: LabEvent, about lab: Lab) async throws(BackendError)

    // MARK: What runs in them

    /// Runs a program; the streams are closed when `body` returns, which does not end the program.
    ///
    /// - Parameter argv: the program and its arguments; no shell takes part unless it is named here.
    /// - Throws: `BackendError` if it could not be run or the connection failed before `body` was called, else what
    ///   `body` throws.
    func run<Value>(
        _ argv: [String], in lab: Lab, tty: Bool, _ body: (any LabProgram) async throws -> Value
    ) async throws -> Value
    /// Connects to a port of the lab's own loopback; the connection is closed when `body` returns.
    ///
    /// - Throws: `BackendError`, `unsupported` if the backend has no way to do it or may not, else what `body` throws.
    func connect<Value>(
        toPort port: UInt16, in lab: Lab, _ body: (any LabConnection) async throws -> Value
    ) async throws -> Value

    /// How much CPU time the lab has used since its processes began, within ``LabMeter/answerLimit``; nil if only the
    /// lab itself can tell, or nobody.
    func cpuTime(of lab: Lab) async -> Duration?

    // MARK: Homes

    /// Runs a program that reads a student's home, whether the lab runs or not.
    ///
    /// - Returns: nil if there is no home.
    /// - Throws: `HomeCollector.Failure`, `BackendError`, or what `body` throws.
    func readHome<Value>(
        of order: LabOrder, _ argv: [String], _ body: (any LabProgram) async throws -> Value
    ) async throws -> Value?
    /// Takes away what was made to read homes and is still there: of this gateway, and of those long gone.
    func tidyHomeReaders() async throws(BackendError)
}
