import Testing

/// What is special to one host: real `ssh` against the real `labgate` against a real container engine, Docker or Podman.
///
/// | Variable | Is |
/// |---|---|
/// | `LABGATE_TEST_ENGINE` | the engine's socket; without it nothing here runs |
/// | `LABGATE_TEST_ENGINE_IMAGE` | the labs' image, which must be on the host |
/// | `LABGATE_TEST_ENGINE_COMMAND` | the program that stops and starts the engine, if that may be done |
@Suite(
    .serialized, .enabled(if: HostSite.isThere, "LABGATE_TEST_ENGINE is not set"), .timeLimit(.minutes(5)))
enum HostTests {}
