@testable import TestSupport
import Testing

/// Every SSH client: the real programs that students use against the real `labgate` against a real labs.
///
/// The environment is that of `LabTests`. With `LABGATE_TEST_TABLE`, what each test has shown is noted in that file, from
/// which `table` makes CLIENTS.md.
@Suite(.serialized, .enabled(if: Site.isThere, "there is no cluster and no engine"), .timeLimit(.minutes(10)))
enum ClientTests {}
