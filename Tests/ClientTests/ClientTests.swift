@testable import TestSupport
import Testing

/// Every SSH client: the real programs that students use against the real `labgate` against a real cluster.
///
/// The environment is that of `ClusterTests`. With `LABGATE_TEST_TABLE`, what each test has shown is noted in that file, from
/// which `table` makes CLIENTS.md.
@Suite(.serialized, .enabled(if: Cluster.isThere, "LABGATE_TEST_KUBECONFIG is not set"), .timeLimit(.minutes(5)))
enum ClientTests {}
