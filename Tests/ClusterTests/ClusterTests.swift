@testable import TestSupport
import Testing

/// What is special to a cluster: real `ssh` against the real `labgate` against a real Kubernetes. See `LabTests`, too.
///
/// | Variable | Is |
/// |---|---|
/// | `LABGATE_TEST_KUBECONFIG` | the cluster, as its administrator; without it nothing here runs |
/// | `LABGATE_TEST_SHARED_FOLDER` | a folder of the node, for a shared volume (default: a ConfigMap) |
/// | `LABGATE_TEST_COMPONENT` | the program that stops and starts parts of the local cluster, its others beside it |
/// | `LABGATE_TEST_PYTHON` | a Python with asyncssh and prometheus_client |
/// | `LABGATE_TEST_KILLS` | how many gateways are killed by the test that is about that (default 6) |
///
/// One test at a time: they measure what a pod, a node and an API server do to each other.
@Suite(
    .serialized, .enabled(if: Site.isThere(.cluster), "LABGATE_TEST_KUBECONFIG is not set"),
    .timeLimit(.minutes(10 + Cluster.killCount / 10)))
enum ClusterTests {}
