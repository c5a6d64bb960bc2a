import Foundation
import NIOCore

/// One line of a watch.
enum WatchEvent<Object: KubernetesObject> {
    /// The object was created or changed.
    case present(Object)
    /// The object is gone; this is its last state.
    case deleted(Object)
    /// Nothing happened up to this resource version.
    case bookmark(resourceVersion: String)

    /// Reads a line.
    ///
    /// - Throws: ``APIError``, also for an event `ERROR`, with which the server ends a watch whose version is too old.
    init(line: ByteBuffer, operation: String) throws(APIError) {
        let event: RawEvent<Object>
        do {
            event = try JSONDecoder.kubernetes().decode(RawEvent<Object>.self, from: Data(line.readableBytesView))
        } catch {
            throw APIError(code: .decoding, operation: operation, message: "an event can't be read: \(error)")
        }
        switch event {
        case .added(let object), .modified(let object): self = .present(object)
        case .deleted(let object): self = .deleted(object)
        case .bookmark(let bookmark): self = .bookmark(resourceVersion: bookmark.metadata.resourceVersion)
        case .error(let status):
            throw APIError(
                code: .http(status.code ?? 500), operation: operation, message: status.message ?? "the watch failed",
                status: status)
        }
    }
}

/// The event as it is on the wire.
private enum RawEvent<Object: KubernetesObject>: Decodable {
    case added(Object)
    case modified(Object)
    case deleted(Object)
    case bookmark(Bookmark)
    case error(Status)

    private enum CodingKeys: String, CodingKey {
        case type, object
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(String.self, forKey: .type) {
        case "ADDED": self = .added(try container.decode(Object.self, forKey: .object))
        case "MODIFIED": self = .modified(try container.decode(Object.self, forKey: .object))
        case "DELETED": self = .deleted(try container.decode(Object.self, forKey: .object))
        case "BOOKMARK": self = .bookmark(try container.decode(Bookmark.self, forKey: .object))
        case "ERROR": self = .error(try container.decode(Status.self, forKey: .object))
        case let type:
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: container, debugDescription: "\"\(type)\" is no type of event")
        }
    }
}

/// An object of which only the version is filled in.
private struct Bookmark: Decodable {
    var metadata: ObjectMeta
}
