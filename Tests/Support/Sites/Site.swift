import Foundation

/// Where the labs of a test run are, as `LABGATE_TEST_SITE` tells: the suites of the main job run on either.
enum Site: String {
    /// A real Kubernetes.
    case cluster
    /// A real container engine, Docker or Podman, and no cluster.
    case host

    /// That of this run.
    static let chosen =
        ProcessInfo.processInfo.environment["LABGATE_TEST_SITE"].flatMap(Site.init) ?? .cluster

    /// The image of the labs: with bash and, for some tests, GNU tools, perl, rsync and an SFTP server.
    static let image = ProcessInfo.processInfo.environment["LABGATE_TEST_IMAGE"] ?? "localhost:5000/edu_gcc:latest"

    /// Whether it is this one, and there.
    static func isThere(_ site: Site) -> Bool {
        guard chosen == site else { return false }
        return switch site {
        case .cluster: Cluster.isThere
        case .host: HostSite.isThere
        }
    }

    /// What courses share if they do not say otherwise: a source of `sharedVolumes`, with a README.
    static var sharedVolume: String {
        switch chosen {
        case .cluster: Cluster.sharedFolder.map { "hostPath: \($0)" } ?? "configMap: \(ClusterSite.sharedConfigMap)"
        case .host: "hostPath: \"\(HostSite.sharedFolder.path)\""
        }
    }

    /// Whether homes can outlive their labs.
    static func hasHomes() async throws -> Bool {
        switch chosen {
        case .cluster: try await Cluster.hasDefaultStorageClass()
        case .host: true
        }
    }

    /// Whether labs can be started anywhere.
    static var isThere: Bool { isThere(chosen) }
}
