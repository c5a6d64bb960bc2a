import Foundation
import NIOCore

/// One line of a watch on pods.
enum WatchEvent {
    /// The pod was created or changed.
    case present(Pod)
    /// The pod is gone; this is its last state.
    case deleted(Pod)
    /// Nothing happened up to this resource version.
    case bookmark(resourceVersion: String)

    /// Reads a line.
    ///
    /// - Throws: ``APIError``, also for an event `ERROR`, with which the server ends a watch whose version is too old.
    init(line: ByteBuffer, operation: String) throws(APIError) {
        let event: RawEvent
        do {
            event = try JSONDecoder.kubernetes().decode(RawEvent.self, from: Data(line.readableBytesView))
        } catch {
            throw APIError(code: .decoding, operation: operation, message: "an event can't be read: \(error)")
        }
        switch event {
        case .added(let pod), .modified(let pod): self = .present(pod)
        case .deleted(let pod): self = .deleted(pod)
        case .bookmark(let pod): self = .bookmark(resourceVersion: pod.metadata.resourceVersion)
        case .error(let status):
            throw APIError(
                code: .http(status.code ?? 500), operation: operation, message: status.message ?? "the watch failed",
                status: status)
        }
    }
}

/// The event as it is on the wire.
private enum RawEvent: Decodable {
    case added(Pod)
    case modified(Pod)
    case deleted(Pod)
    case bookmark(Pod)
    case error(Status)

    private enum CodingKeys: String, CodingKey {
        case type, object
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(String.self, forKey: .type) {
        case "ADDED": self = .added(try container.decode(Pod.self, forKey: .object))
        case "MODIFIED": self = .modified(try container.decode(Pod.self, forKey: .object))
        case "DELETED": self = .deleted(try container.decode(Pod.self, forKey: .object))
        case "BOOKMARK": self = .bookmark(try container.decode(Pod.self, forKey: .object))
        case "ERROR": self = .error(try container.decode(Status.self, forKey: .object))
        case let type:
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: container, debugDescription: "\"\(type)\" is no type of event")
        }
    }
}
