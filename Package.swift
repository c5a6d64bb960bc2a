// swift-tools-version: 6.2
import PackageDescription

// One target for each thing outside that labgate talks to or keeps, and one (Gateway) that joins them.
// A byte enters on the left, is joined in the middle, leaves on the right:
//
//                CLibSSH ▶ SSHServer ──┐
//   Upstream ─┬▶ Kubernetes ──┬────────┼▶ Gateway ─┬▶ labgate          (X ▶ Y: Y imports X)
//             │               ▼        │           │
//             │   CCrypt ▶ Classroom ──┤           │
//             └▶ DockerEngine ─────────┤           │
//                RecordDatabase ───────┘           │
//                          Telemetry, Dashboard ───┘

/// What every Swift target of ours is held to.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "labgate",
    products: [
        .executable(name: "labgate", targets: ["labgate"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftcsv/SwiftCSV", from: "0.10.0"),
    ],
    targets: [
        // The only way to libssh: a module map and a shim for what Swift cannot import.
        .systemLibrary(name: "CLibSSH", pkgConfig: "libssh", providers: [.apt(["libssh-dev"])]),
        // The only way to crypt(3), for password hashes that come from an existing shadow file.
        .systemLibrary(name: "CCrypt", providers: [.apt(["libcrypt-dev"])]),

        // libssh as Swift: listener, event loops, connections, session channels. Asks, never decides.
        .target(
            name: "SSHServer",
            dependencies: ["CLibSSH", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict + [.strictMemorySafety()],
            // libssh looks GSSAPI up through the dynamic linker; ours must be the one it finds (LibSSH/GSSAPI.swift).
            linkerSettings: [.unsafeFlags(["-Xlinker", "--export-dynamic-symbol=gss_indicate_mechs"])]
        ),
        // What clients of an API server and of a container engine have in common: streams, watching, the server's clock.
        .target(
            name: "Upstream",
            dependencies: [
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict
        ),
        // API server client: credentials, REST, watch, exec stream. Words of the Kubernetes API.
        .target(
            name: "Kubernetes",
            dependencies: [
                "Upstream",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict
        ),
        // Docker Engine API client: containers, hijacked exec stream. Words of that API.
        .target(
            name: "DockerEngine",
            dependencies: [
                "Upstream",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        // The records of one host, in SQLite: the only way to GRDB.
        .target(
            name: "RecordDatabase",
            dependencies: [.product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: strict
        ),
        // Who and what: courses, students, credentials, usage; the documents and custom resources that describe them.
        .target(
            name: "Classroom",
            dependencies: [
                "CCrypt", "Kubernetes",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftCSV", package: "SwiftCSV"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict
        ),
        // One lab session's life: authentication, admission, lab start, relay, reaping.
        .target(
            name: "Gateway",
            dependencies: [
                "Classroom", "DockerEngine", "Kubernetes", "RecordDatabase", "SSHServer", "Upstream",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        // JSON log lines, and metrics as Prometheus reads them.
        .target(
            name: "Telemetry",
            dependencies: [
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        // What the gateway says of itself over HTTP: metrics, and whether it can serve.
        .target(
            name: "Dashboard",
            dependencies: [
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            exclude: ["METRICS.md"],
            swiftSettings: strict
        ),
        // The executable: commands and the wiring.
        .executableTarget(
            name: "labgate",
            dependencies: [
                "Classroom", "Dashboard", "DockerEngine", "Gateway", "Kubernetes", "RecordDatabase", "SSHServer",
                "Telemetry",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),

        // Programs that tests run, the classes and labs of the main job's tests, and patience.
        .target(
            name: "TestSupport", dependencies: ["DockerEngine"], path: "Tests/Support", exclude: ["Scripts"],
            swiftSettings: strict),
        .testTarget(
            name: "SSHServerTests",
            dependencies: ["SSHServer", "TestSupport", .product(name: "Logging", package: "swift-log")],
            exclude: ["Scripts"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "UpstreamTests",
            dependencies: [
                "TestSupport", "Upstream",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "KubernetesTests",
            dependencies: [
                "Kubernetes", "TestSupport", "Upstream",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DockerEngineTests",
            dependencies: [
                "DockerEngine", "TestSupport", "Upstream",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "RecordDatabaseTests", dependencies: ["RecordDatabase", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "ClassroomTests",
            dependencies: [
                "Classroom", "TestSupport",
                .product(name: "InMemoryLogging", package: "swift-log"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "Classroom", "DockerEngine", "Gateway", "Kubernetes", "RecordDatabase", "SSHServer", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TelemetryTests",
            dependencies: [
                "Telemetry", "TestSupport",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "InMemoryLogging", package: "swift-log"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DashboardTests",
            dependencies: [
                "Dashboard", "Gateway", "Kubernetes", "SSHServer", "Telemetry", "TestSupport",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        // The main job: real ssh against the real executable, with labs on a real cluster or a real container engine.
        .testTarget(name: "LabTests", dependencies: ["TestSupport"], swiftSettings: strict),
        // What is special to a cluster.
        .testTarget(
            name: "ClusterTests", dependencies: ["TestSupport"], exclude: ["Scripts"], swiftSettings: strict),
        // What is special to one host.
        .testTarget(
            name: "HostTests", dependencies: ["DockerEngine", "TestSupport"], exclude: ["Scripts"],
            swiftSettings: strict),
        // Every SSH client that students use, against the same.
        .testTarget(
            name: "ClientTests", dependencies: ["TestSupport"], exclude: ["Scripts", "CLIENTS.md", "table.py"],
            swiftSettings: strict),
    ]
)
