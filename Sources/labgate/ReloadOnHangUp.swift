import Classroom
import ServiceLifecycle
import UnixSignals

/// Reads the classroom again at each SIGHUP.
struct ReloadOnHangUp: Service {
    let folder: ClassroomFolder

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            await folder.reload()
        }
    }
}
