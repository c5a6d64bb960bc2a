import Testing

@testable import TestSupport

/// The main job, wherever labs are: real `ssh` against the real `labgate`, on a real cluster or with a real container engine.
///
/// | Variable | Is |
/// |---|---|
/// | `LABGATE_TEST_SITE` | where labs are: `cluster` (the default) or `host` |
/// | `LABGATE_TEST_IMAGE` | the labs' image (default `localhost:5000/edu_gcc:latest`) |
/// | `LABGATE_TEST_BINARY` | the executable under test (default `.build/debug/labgate`) |
///
/// `ClusterTests` and `HostSite` tell how either is found. One test at a time: they measure what labs and gateways do to
/// each other.
@Suite(.serialized, .enabled(if: Site.isThere, "there is no cluster and no engine"), .timeLimit(.minutes(10)))
enum LabTests {}
