@testable import TestSupport
import Testing

/// What needs the cluster to itself: it stops parts of it, gives it nodes, fills one, or cuts it off.
///
/// All other tests can run beside each other, in several processes; the environment is that of `ClusterTests`.
@Suite(
    .serialized, .enabled(if: Site.isThere(.cluster), "LABGATE_TEST_KUBECONFIG is not set"), .timeLimit(.minutes(10)))
enum WholeClusterTests {}
