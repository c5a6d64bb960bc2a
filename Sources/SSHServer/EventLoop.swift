import CLibSSH
import Glibc
import Synchronization

/// One thread that waits on many sockets and runs what belongs to them.
///
/// It is an epoll(7) loop and a `SerialExecutor` in one: an actor on it is isolated to the thread that sees its socket,
/// so a ready socket is handled without a hop. It is a `TaskExecutor` too: a task that prefers it stays on the thread
/// from the byte's arrival to the byte's departure.
///
/// Concurrency model
/// - `jobs` is guarded by its mutex: any thread enqueues.
/// - `handlers` and the epoll set are touched by the loop's own thread only; `register` and friends assert that.
/// - Nothing that runs here may block: no files, no DNS, no hashing.
final class EventLoop: SerialExecutor, TaskExecutor {
    /// What a descriptor's owner wants to hear of.
    struct Interest: OptionSet {
        let rawValue: UInt32
        static let read = Interest(rawValue: EPOLLIN.rawValue)
        static let write = Interest(rawValue: EPOLLOUT.rawValue)
    }

    /// Events fetched by one epoll_wait(2); more wait for the next round.
    private static let eventsPerRound = 256
    /// Batches of jobs run between two looks at the sockets. A task that changes executors enqueues itself again each
    /// time, so a keystroke takes some; nobody keeps the thread for longer by enqueueing himself again and again.
    private static let batchesPerRound = 16

    private let epoll: CInt
    private let wakeUp: CInt
    private let jobs = Mutex(Jobs())
    private let thread = Mutex<pthread_t?>(nil)
    // Confined to the loop's thread (see the concurrency model above).
    nonisolated(unsafe) private var handlers: [CInt: () -> Void] = [:]

    private enum Job {
        case task(UnownedJob)
        case work(@Sendable () -> Void)
    }

    private struct Jobs: ~Copyable {
        var pending: [Job] = []
        var isStopping = false
    }

    /// - Throws: `SSHServerError` when the kernel refuses another descriptor.
    init() throws(SSHServerError) {
        epoll = epoll_create1(CInt(EPOLL_CLOEXEC))
        wakeUp = eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK))
        guard epoll >= 0, wakeUp >= 0, labgate_epoll_ctl(epoll, EPOLL_CTL_ADD, wakeUp, EPOLLIN.rawValue) == 0 else {
            throw .system("event loop", errno)
        }
    }

    deinit {
        close(epoll)
        close(wakeUp)
    }

    // MARK: Life

    /// Starts the loop's thread, which runs until `stop()` and then until no job is left.
    func start() {
        let retained = unsafe Unmanaged.passRetained(self)
        var id = pthread_t()
        let context = unsafe retained.toOpaque()
        let status = unsafe pthread_create(
            &id, nil,
            { context in
                guard let context = unsafe context else { return nil }
                unsafe Unmanaged<EventLoop>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context)
        precondition(status == 0, "no thread for an event loop: errno \(status)")
        pthread_detach(id)
    }

    /// Lets the thread end once it has nothing left to run.
    func stop() {
        jobs.withLock { $0.isStopping = true }
        wake()
    }

    private func run() {
        thread.withLock { $0 = pthread_self() }
        var batch: [Job] = []
        while runBatches(&batch) {
            waitForEvents()
        }
    }

    /// Runs what is enqueued, and what that enqueues; false when the loop is to end.
    private func runBatches(_ batch: inout [Job]) -> Bool {
        for _ in 0..<Self.batchesPerRound {
            let isStopping = takeJobs(&batch)
            guard !batch.isEmpty else { return !isStopping }
            runJobs(batch)
            batch.removeAll(keepingCapacity: true)
        }
        return true
    }

    /// Swaps what was enqueued so far for the empty `batch`; returns whether the loop is to end when nothing was.
    private func takeJobs(_ batch: inout [Job]) -> Bool {
        jobs.withLock { jobs in
            swap(&jobs.pending, &batch)
            return jobs.isStopping
        }
    }

    private func runJobs(_ batch: [Job]) {
        for job in batch {
            switch job {
            case .task(let job):
                unsafe job.runSynchronously(
                    isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            case .work(let work):
                work()
            }
        }
    }

    /// Hands each ready descriptor to its handler; does not wait while jobs are pending.
    private func waitForEvents() {
        let hasJobs = jobs.withLock { !$0.pending.isEmpty || $0.isStopping }
        unsafe withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Self.eventsPerRound) { events in
            let count = unsafe epoll_wait(epoll, events.baseAddress, CInt(events.count), hasJobs ? 0 : -1)
            for index in 0..<max(0, Int(count)) {
                let fd = unsafe labgate_epoll_fd(&events[index])
                if fd == wakeUp {
                    var value: UInt64 = 0
                    unsafe _ = read(wakeUp, &value, 8)
                } else {
                    unsafe handlers[fd]?()
                }
            }
        }
    }

    // MARK: Descriptors (on the loop's thread)

    /// Calls `handler` whenever `fd` is ready for one of `interest`, level-triggered, or has failed.
    func register(_ fd: CInt, interest: Interest, handler: @escaping () -> Void) {
        checkIsolated()
        unsafe handlers[fd] = handler
        let status = labgate_epoll_ctl(epoll, EPOLL_CTL_ADD, fd, interest.rawValue)
        precondition(status == 0, "descriptor \(fd) cannot be watched: errno \(errno)")
    }

    /// Replaces what `fd` is watched for.
    func update(_ fd: CInt, interest: Interest) {
        checkIsolated()
        _ = labgate_epoll_ctl(epoll, EPOLL_CTL_MOD, fd, interest.rawValue)
    }

    /// Forgets `fd`; must come before its close(2).
    func unregister(_ fd: CInt) {
        checkIsolated()
        unsafe handlers[fd] = nil
        _ = labgate_epoll_ctl(epoll, EPOLL_CTL_DEL, fd, 0)
    }

    // MARK: Executor

    func enqueue(_ job: consuming ExecutorJob) {
        append(.task(UnownedJob(job)))
    }

    /// Runs `work` on the loop's thread soon; for callers that cannot await, such as a cancellation handler.
    func execute(_ work: @escaping @Sendable () -> Void) {
        append(.work(work))
    }

    /// Who enqueues may hold no reference to the loop, which may be gone as soon as the job is done: nothing of it is
    /// touched once the lock is free, without which the job does not start.
    private func append(_ job: Job) {
        jobs.withLock { jobs in
            jobs.pending.append(job)
            // A batch in the list has been announced already, and the loop looks at the list before it sleeps.
            if jobs.pending.count == 1, !isCurrent { wake() }
        }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }

    func checkIsolated() {
        precondition(isCurrent, "called off the event loop's thread")
    }

    func isIsolatingCurrentContext() -> Bool? {
        isCurrent
    }

    private var isCurrent: Bool {
        thread.withLock { $0 == pthread_self() }
    }

    private func wake() {
        var one: UInt64 = 1
        unsafe _ = write(wakeUp, &one, 8)
    }
}
