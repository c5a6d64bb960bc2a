/// A version of the Engine API, as it stands in paths.
struct APIVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    var major: Int
    var minor: Int

    /// The version that this client is written for: Docker from 20.10 and Podman from 4.3 on speak it.
    static let preferred = APIVersion(major: 1, minor: 41)

    /// An engine whose newest version this is, or an older one, speaks the preferred one, too: Docker 24 does.
    static let newestWithPreferred = APIVersion(major: 1, minor: 43)

    var description: String { "\(major).\(minor)" }

    static func < (left: Self, right: Self) -> Bool { (left.major, left.minor) < (right.major, right.minor) }
}

extension APIVersion {
    /// Reads such as `1.41`; nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let major = parts[0], let minor = parts[1] else { return nil }
        self.init(major: major, minor: minor)
    }

    /// The version to use with an engine: the preferred one, or the oldest that the engine speaks if it is newer
    /// (Docker 29 dropped those before 1.44).
    ///
    /// - Throws: ``EngineError`` if the engine is too old, or no engine.
    static func agree(with engine: EngineVersion) throws(EngineError) -> APIVersion {
        let operation = "agree on an API version"
        guard let newest = APIVersion(engine.apiVersion) else {
            throw EngineError(
                code: .decoding, operation: operation, message: "\"\(engine.apiVersion)\" is no version")
        }
        guard newest >= preferred else {
            throw EngineError(
                code: .unsupported, operation: operation,
                message: "the engine (\(engine.version)) speaks API \(newest) and no newer; "
                    + "install Docker 20.10, Podman 4.3, or a later one")
        }
        return max(preferred, engine.minimumAPIVersion.flatMap(APIVersion.init) ?? preferred)
    }
}
