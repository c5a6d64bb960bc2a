import Testing

@testable import TestSupport

/// What is special to one host: real `ssh` against the real `labgate` against a real container engine, Docker or Podman.
/// See `LabTests`, too, and for the environment `HostSite`.
@Suite(
    .serialized, .enabled(if: Site.isThere(.host), "LABGATE_TEST_SITE is not host, or LABGATE_TEST_ENGINE not set"),
    .timeLimit(.minutes(10)))
enum HostTests {}
