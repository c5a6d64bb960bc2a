import Foundation
import NIOHTTP1
import Synchronization

@testable import Kubernetes

/// An API server that keeps leases, as far as versions and conflicts go, and can be out of order.
final class FakeLeases: Sendable {
    /// What it does to requests.
    enum Order: Sendable {
        /// All is well.
        case working
        /// It answers with 500.
        case failing
        /// It does what it is asked, but the answer never comes.
        case losingAnswers
    }

    private struct State {
        var leases: [String: JSONValue] = [:]
        var version = 0
        var order = Order.working
        var requests = 0

        mutating func store(_ lease: JSONValue, _ name: String, uid: String) -> JSONValue {
            version += 1
            var lease = lease
            lease["metadata"]?["uid"] = .string(uid)
            lease["metadata"]?["resourceVersion"] = .string("\(version)")
            leases[name] = lease
            return lease
        }
    }

    private let state = Mutex(State())

    /// How it is to behave from now on.
    func set(_ order: Order) { state.withLock { $0.order = order } }

    /// How many requests came.
    var requests: Int { state.withLock { $0.requests } }

    /// A lease as it is stored.
    subscript(name: String) -> Lease? {
        let json = state.withLock { $0.leases[name] }
        return json.flatMap { json in
            try? JSONDecoder.kubernetes().decode(Lease.self, from: JSONEncoder().encode(json))
        }
    }

    /// Somebody clears a lease away.
    func remove(_ name: String) { state.withLock { $0.leases[name] = nil } }

    /// Runs the server while `body` runs.
    func with<Value>(_ body: (_ port: Int) async throws -> Value) async throws -> Value {
        try await FakeAPIServer.with(handler: answer, body)
    }

    @Sendable private func answer(
        _ request: FakeAPIServer.Request, _ responder: FakeAPIServer.Responder
    ) async throws {
        let order = state.withLock { state in
            state.requests += 1
            return state.order
        }
        if case .failing = order { return try await responder.answer(.internalServerError, "{}") }
        let (status, body) = try perform(request)
        if case .losingAnswers = order { return try await responder.hold() }
        try await responder.answer(status, String(decoding: JSONEncoder().encode(body), as: UTF8.self))
    }

    private func perform(_ request: FakeAPIServer.Request) throws -> (HTTPResponseStatus, JSONValue) {
        let sent =
            try request.body.isEmpty ? .null : JSONDecoder().decode(JSONValue.self, from: Data(request.body.utf8))
        let last = String(request.path.split(separator: "/").last ?? "")
        let name = request.head.method == .POST ? sent["metadata"]?["name"]?.string ?? "" : last
        return state.withLock { state in
            let stored = state.leases[name]
            switch (request.head.method, stored) {
            case (.POST, nil): return (.created, state.store(sent, name, uid: UUID().uuidString))
            case (.POST, _): return (.conflict, Self.refusal("AlreadyExists"))
            case (_, nil): return (.notFound, Self.refusal("NotFound"))
            case (.GET, let lease?): return (.ok, lease)
            case (.PUT, let lease?):
                guard sent["metadata"]?["resourceVersion"] == lease["metadata"]?["resourceVersion"] else {
                    return (.conflict, Self.refusal("Conflict"))
                }
                return (.ok, state.store(sent, name, uid: lease["metadata"]?["uid"]?.string ?? ""))
            case (.PATCH, let lease?):
                var changed = lease
                changed["spec"]?["renewTime"] = sent["spec"]?["renewTime"]
                return (.ok, state.store(changed, name, uid: lease["metadata"]?["uid"]?.string ?? ""))
            case (.DELETE, let lease?):
                state.leases[name] = nil
                return (.ok, lease)
            default: return (.methodNotAllowed, Self.refusal("MethodNotAllowed"))
            }
        }
    }

    private static func refusal(_ reason: String) -> JSONValue {
        ["kind": "Status", "status": "Failure", "reason": .string(reason), "message": "m"]
    }
}
