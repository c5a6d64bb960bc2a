import Synchronization
import Testing

@testable import Classroom

@Suite("Password verifier")
struct PasswordVerifierTests {
    /// Notes what was hashed, and answers as the test says.
    final class Recorder: Sendable {
        struct Notes {
            var hashes: [PasswordHash] = []
            var running = 0
            var mostRunning = 0
        }

        let notes = Mutex(Notes())

        func check(_ hash: PasswordHash, answer: Bool, meanwhile: () -> Void = {}) -> Bool {
            notes.withLock {
                $0.hashes.append(hash)
                $0.running += 1
                $0.mostRunning = max($0.mostRunning, $0.running)
            }
            meanwhile()
            notes.withLock { $0.running -= 1 }
            return answer
        }

        var hashes: [PasswordHash] { notes.withLock { $0.hashes } }
        var mostRunning: Int { notes.withLock { $0.mostRunning } }
    }

    static func sample() throws -> (Classroom, ann: Student, bob: Student) {
        let ann = Student(name: "ann", courses: ["c"], passwordHash: try .parse(Sample.sha512))
        let bob = Student(name: "bob", courses: ["c"])
        return (Classroom(students: [ann, bob]), ann, bob)
    }

    @Test("Known, unknown and without a password: each costs one hash of the same kind, and only the right one gets in")
    func sameWork() async throws {
        let (classroom, ann, bob) = try Self.sample()
        let recorder = Recorder()
        // Even a hash that says yes to everything must not let in somebody who has none.
        let verifier = PasswordVerifier(concurrency: 1) { hash, _ in recorder.check(hash, answer: true) }
        let password = Array("secret".utf8)
        #expect(await verifier.verify(password, for: ann, in: classroom))
        #expect(await !verifier.verify(password, for: bob, in: classroom))
        #expect(await !verifier.verify(password, for: nil, in: classroom))
        #expect(recorder.hashes.count == 3)
        #expect(Set(recorder.hashes.map(\.description)) == ["sha512crypt rounds=5000"])
    }

    @Test("Passwords that nobody can have cost nothing, for nobody")
    func implausible() async throws {
        let (classroom, ann, _) = try Self.sample()
        let recorder = Recorder()
        let verifier = PasswordVerifier(concurrency: 1) { hash, _ in recorder.check(hash, answer: true) }
        for password in [[], [0], [97, 0, 98], [UInt8](repeating: 97, count: 1025)] {
            #expect(await !verifier.verify(password, for: ann, in: classroom))
            #expect(await !verifier.verify(password, for: nil, in: classroom))
        }
        #expect(recorder.hashes.isEmpty)
    }

    @Test("Really: the right password is right and others are wrong")
    func real() async throws {
        let (classroom, ann, _) = try Self.sample()
        let verifier = PasswordVerifier()
        #expect(await verifier.verify(Array("secret".utf8), for: ann, in: classroom))
        #expect(await !verifier.verify(Array("secrets".utf8), for: ann, in: classroom))
        #expect(await !verifier.verify(Array("secret".utf8), for: nil, in: classroom))
    }

    @Test("No more hashes than allowed are computed at once, and all questions are answered")
    func bounded() async throws {
        let (classroom, ann, _) = try Self.sample()
        let recorder = Recorder()
        let verifier = PasswordVerifier(concurrency: 3) { hash, password in
            // Long enough for others to overlap if they could; the result does not depend on it.
            recorder.check(hash, answer: password[0] % 2 == 0) { _ = hash.verify(password: password) }
        }
        let right = await withTaskGroup(of: Bool.self) { group in
            for index in 1...40 {
                group.addTask { await verifier.verify([UInt8(index)], for: ann, in: classroom) }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(right == 20)
        #expect(recorder.hashes.count == 40)
        #expect((1...3).contains(recorder.mostRunning))
    }

    @Test("A question whose asker is gone is not hashed, and does not keep others from their turn")
    func cancelled() async throws {
        let (classroom, ann, _) = try Self.sample()
        let recorder = Recorder()
        let verifier = PasswordVerifier(concurrency: 1) { hash, _ in recorder.check(hash, answer: true) }
        let answer = await withTaskGroup(of: Bool.self) { group in
            group.cancelAll()
            group.addTask { await verifier.verify([97], for: ann, in: classroom) }
            return await group.next()
        }
        #expect(answer == false)
        #expect(recorder.hashes.isEmpty)
        #expect(await verifier.verify([97], for: ann, in: classroom))
    }
}
