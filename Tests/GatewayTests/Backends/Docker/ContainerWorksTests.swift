import DockerEngine
@testable import TestSupport
import Testing

@testable import Gateway

@Suite("Work on containers")
struct ContainerWorksTests {
    @Test("One makes a container; others wait until that is over, and then it is one's turn again")
    func turns() async throws {
        let works = ContainerWorks()
        #expect(works.start("a"))
        #expect(!works.start("a"))
        #expect(works.start("b"))
        let turns = Collected<Bool>()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    await works.untilStarted("a")
                    turns.add(works.start("a"))
                }
            }
            works.started("b")
            try? await Task.sleep(for: .milliseconds(50))
            #expect(turns.all.isEmpty)
            works.started("a")
        }
        #expect(turns.all.count { $0 } == 1)
        #expect(turns.all.count == 3)
    }

    @Test("Nobody waits for what nobody makes, nor when they are cancelled")
    func noWait() async {
        let works = ContainerWorks()
        await works.untilStarted("a")
        #expect(works.start("a"))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await works.untilStarted("a") }
            group.cancelAll()
        }
        #expect(!works.start("a"))
    }
}
