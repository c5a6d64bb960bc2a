import AsyncHTTPClient
public import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Upstream

/// A client of one container engine, Docker or Podman, through its Unix socket: requests, streams of events, and execs.
public final class EngineClient: Sendable {
    /// The socket's path.
    public let socketPath: String
    let configuration: EngineConfiguration
    /// For requests that are answered at once.
    let requests: HTTPClient
    /// For answers that go on for long and may be silent meanwhile: events, and images being pulled.
    private let follows: HTTPClient
    let dialer: HijackDialer
    /// The API version agreed on; nil until the engine was asked, and again after it could not be reached: what comes
    /// back may be another one.
    private let agreedVersion = Mutex<APIVersion?>(nil)
    private let logger: Logger

    /// Makes a client; connects to nothing yet.
    ///
    /// - Parameter socketPath: Such as `/run/docker.sock`, or `/run/podman/podman.sock`.
    public init(
        socketPath: String, configuration: EngineConfiguration = .init(), logger: Logger = Logger(label: "labgate")
    ) {
        self.socketPath = socketPath
        self.configuration = configuration
        self.logger = logger
        let group = MultiThreadedEventLoopGroup.singleton
        dialer = HijackDialer(socketPath: socketPath, bounds: configuration.exec.bounds, group: group)
        var http = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(
                connect: TimeAmount(configuration.connectTimeout), read: TimeAmount(configuration.readTimeout)))
        // A socket that is not there does not come by waiting; who asks says so at once, and asks again in its own
        // time.
        http.connectionPool.retryConnectionEstablishment = false
        http.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = configuration.maximumConnections
        requests = HTTPClient(eventLoopGroup: group, configuration: http)
        http.timeout.read = TimeAmount(configuration.followSilenceLimit)
        follows = HTTPClient(eventLoopGroup: group, configuration: http)
    }

    /// Closes all connections. Must be called before the client is let go; requests fail from then on.
    public func shutdown() async throws {
        try await requests.shutdown()
        try await follows.shutdown()
    }
}

// MARK: - The engine itself

extension EngineClient {
    /// What the engine is, and which API versions it speaks.
    public func version() async throws(EngineError) -> EngineVersion {
        // The one request that every engine answers without a version in its path.
        try await decode(EngineRequest(.GET, "/version", operation: "get version", isVersioned: false))
    }

    /// What the engine's host has, and what the engine can do on it.
    public func info() async throws(EngineError) -> EngineInfo {
        try await decode(EngineRequest(.GET, "/info", operation: "get info"))
    }

    /// Asks the engine for a sign of life.
    public func ping() async throws(EngineError) {
        _ = try await newestAPIVersion()
    }

    /// The API version for paths: agreed on with the engine at the first request.
    ///
    /// The answer to a ping names the newest version. Only where the oldest may be newer than ours is more asked for:
    /// Podman starts several programs to tell its own version, which takes as long as all else together.
    func apiVersion() async throws(EngineError) -> APIVersion {
        if let agreed = agreedVersion.withLock({ $0 }) { return agreed }
        let newest = try await newestAPIVersion()
        let agreed: APIVersion
        if let newest, (APIVersion.preferred...APIVersion.newestWithPreferred).contains(newest) {
            agreed = .preferred
        } else {
            agreed = try APIVersion.agree(with: try await version())
        }
        agreedVersion.withLock { $0 = agreed }
        return agreed
    }

    /// The newest API version that the engine speaks, if its answer to a ping names one.
    private func newestAPIVersion() async throws(EngineError) -> APIVersion? {
        let request = EngineRequest(.GET, "/_ping", operation: "ping", isVersioned: false)
        let response = try await execute(request, on: requests)
        do {
            _ = try await response.body.collect(upTo: configuration.maximumResponseBytes)
        } catch {
            throw failure(error, operation: request.operation)
        }
        return response.headers.first(name: "Api-Version").flatMap(APIVersion.init)
    }
}

// MARK: - What all requests share

extension EngineClient {
    /// Sends a request that is answered at once, and returns the whole answer's body.
    func answer(to request: EngineRequest) async throws(EngineError) -> ByteBuffer {
        let response = try await execute(request, on: requests)
        do {
            return try await response.body.collect(upTo: configuration.maximumResponseBytes)
        } catch is NIOTooManyBytesError {
            throw EngineError(
                code: .decoding, operation: request.operation,
                message: "the answer is longer than \(configuration.maximumResponseBytes) bytes")
        } catch {
            throw failure(error, operation: request.operation)
        }
    }

    /// Sends a request whose answer goes on for long; the body is read by the caller.
    func follow(_ request: EngineRequest) async throws(EngineError) -> HTTPClientResponse {
        try await execute(request, on: follows)
    }

    /// The URL of a request: the socket's path takes the place of the host.
    func url(_ request: EngineRequest) async throws(EngineError) -> String {
        let prefix = request.isVersioned ? "/v\(try await apiVersion())" : ""
        return "http+unix://\(socketPath.percentEncoded)\(prefix)\(request.target)"
    }

    /// Says in words why there was no answer, and forgets what was agreed on with an engine that may be gone.
    func failure(_ error: any Error, operation: String) -> EngineError {
        let failure = EngineError(transport: error, socketPath: socketPath, operation: operation)
        if [.unreachable, .transport].contains(failure.code) { agreedVersion.withLock { $0 = nil } }
        return failure
    }

    private func execute(
        _ request: EngineRequest, on client: HTTPClient
    ) async throws(EngineError) -> HTTPClientResponse {
        var http = HTTPClientRequest(url: try await url(request))
        http.method = request.method
        http.headers = request.headers
        if let body = request.body { http.body = .bytes(body) }
        let (response, sent): (HTTPClientResponse, ContinuousClock.Instant)
        do {
            sent = .now
            response = try await client.execute(http, timeout: TimeAmount(request.timeout ?? configuration.readTimeout))
        } catch {
            throw failure(error, operation: request.operation)
        }
        ClusterClock.note(response.headers, sent: sent, of: "container engine", logger: logger)
        // 304 says that it is as asked for already: started, or stopped.
        if (200..<300).contains(response.status.code) || response.status == .notModified { return response }
        let body =
            (try? await response.body.collect(upTo: configuration.exec.bounds.maximumRefusalBytes)) ?? ByteBuffer()
        throw EngineError(httpStatus: response.status, body: body, operation: request.operation)
    }
}
