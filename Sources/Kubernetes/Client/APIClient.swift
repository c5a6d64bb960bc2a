import AsyncHTTPClient
public import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Upstream

/// A client of one cluster's API server: REST requests, watches and exec streams.
public final class APIClient: Sendable {
    let credentials: ClusterCredentials
    let configuration: APIClientConfiguration
    /// Scheme, host, port and path prefix of every REST request.
    let baseURL: String
    /// For requests that are answered at once.
    private let requests: HTTPClient
    /// For watches, which may be silent for long.
    private let watches: HTTPClient
    private let dialer: PodStreamDialer
    let metrics: APIMetrics
    private let logger: Logger

    /// Makes a client; connects to nothing yet.
    ///
    /// - Throws: ``CredentialsError`` if the TLS material can't be used.
    public init(
        credentials: ClusterCredentials, configuration: APIClientConfiguration = .init(), logger: Logger
    ) throws(CredentialsError) {
        self.credentials = credentials
        self.configuration = configuration
        self.logger = logger
        metrics = APIMetrics()
        let server = credentials.server
        // Certificates are checked against the name in the URL; the override leads to where the server is.
        let name = server.tlsServerName ?? server.host
        let authority = ServerAddress.authority(name, server.port)
        baseURL = (server.usesTLS ? "https://" : "http://") + authority + server.pathPrefix
        let group = MultiThreadedEventLoopGroup.singleton
        dialer = PodStreamDialer(
            server: server, tls: try credentials.makeTLSContext(), connectTimeout: configuration.connectTimeout,
            configuration: configuration.podStreams, group: group)
        var http = HTTPClient.Configuration(
            tlsConfiguration: credentials.tls,
            redirectConfiguration: .disallow,
            timeout: .init(
                connect: TimeAmount(configuration.connectTimeout), read: TimeAmount(configuration.readTimeout))
        )
        http.httpVersion = .http1Only
        http.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = configuration.maximumConnections
        if name != server.host { http.dnsOverride = [name: server.host] }
        requests = HTTPClient(eventLoopGroup: group, configuration: http)
        http.timeout.read = TimeAmount(configuration.watchSilenceLimit)
        watches = HTTPClient(eventLoopGroup: group, configuration: http)
    }

    /// Closes all connections. Must be called before the client is let go; requests fail from then on.
    public func shutdown() async throws {
        try await requests.shutdown()
        try await watches.shutdown()
    }
}

// MARK: - What all requests share

extension APIClient {
    /// Sends a request that is answered at once.
    func execute(_ request: HTTPClientRequest, operation: String) async throws(APIError) -> HTTPClientResponse {
        try await metrics.measure(operation, code: { Int($0.status.code) }) { () async throws(APIError) in
            try await execute(request, on: requests, operation: operation)
        }
    }

    /// Sends a request whose answer goes on for long.
    func executeWatch(_ request: HTTPClientRequest, operation: String) async throws(APIError) -> HTTPClientResponse {
        try await metrics.measure(operation, code: { Int($0.status.code) }) { () async throws(APIError) in
            try await execute(request, on: watches, operation: operation)
        }
    }

    /// Opens a stream to a pod.
    func openStream(_ request: some PodStreamRequest) async throws(APIError) -> PodStream {
        let switchingProtocols = 101
        return try await metrics.measure(request.operation, code: { _ in switchingProtocols }) {
            () async throws(APIError) in
            try await dial(request)
        }
    }

    private func dial(_ request: some PodStreamRequest) async throws(APIError) -> PodStream {
        let token = try await token(operation: request.operation)
        do {
            return try await dialer.open(request, token: token)
        } catch {
            if error.code == .http(401) { credentials.tokenSource.refused(token) }
            throw error
        }
    }

    private func execute(
        _ request: HTTPClientRequest, on client: HTTPClient, operation: String
    ) async throws(APIError) -> HTTPClientResponse {
        let token = try await token(operation: operation)
        var request = request
        request.headers.replaceOrAdd(name: "Host", value: credentials.server.authority)
        request.headers.replaceOrAdd(name: "User-Agent", value: UserAgent.value)
        request.headers.replaceOrAdd(name: "Accept", value: "application/json")
        if let token { request.headers.replaceOrAdd(name: "Authorization", value: "Bearer \(token)") }
        let limit = TimeAmount(configuration.connectTimeout + configuration.readTimeout)
        let (response, sent): (HTTPClientResponse, ContinuousClock.Instant)
        do {
            sent = .now
            response = try await client.execute(request, timeout: limit, logger: nil)
        } catch {
            throw APIError(transport: error, operation: operation)
        }
        ClusterClock.note(response.headers, sent: sent, of: "API server", logger: logger)
        guard !(200..<300).contains(response.status.code) else { return response }
        if response.status == .unauthorized { credentials.tokenSource.refused(token) }
        let body =
            (try? await response.body.collect(upTo: configuration.podStreams.bounds.maximumRefusalBytes))
            ?? ByteBuffer()
        throw APIError(httpStatus: response.status, headers: response.headers, body: body, operation: operation)
    }

    private func token(operation: String) async throws(APIError) -> String? {
        do {
            return try await credentials.tokenSource.token()
        } catch {
            throw APIError(code: .credentials, operation: operation, message: error.description)
        }
    }
}

extension ClusterCredentials {
    /// The TLS context of exec streams; nil without TLS. Offers no ALPN: a server that chose HTTP/2 could not upgrade
    /// to WebSocket.
    fileprivate func makeTLSContext() throws(CredentialsError) -> NIOSSLContext? {
        guard let tls else { return nil }
        do {
            return try NIOSSLContext(configuration: tls)
        } catch {
            throw CredentialsError(file: server.authority, message: "can't use the TLS certificates and keys: \(error)")
        }
    }
}
