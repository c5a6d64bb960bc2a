import Testing

@testable import Classroom

@Suite("Quantity")
struct QuantityTests {
    @Test(
        "Kubernetes' notations have the values that Kubernetes gives them",
        arguments: [
            ("1", 1.0), ("0", 0), ("500m", 0.5), ("0.5", 0.5), (".5", 0.5), ("1.", 1), ("100u", 0.0001), ("7n", 7e-9),
            ("1k", 1000), ("1M", 1e6), ("1.5G", 1.5e9), ("1Ki", 1024), ("512Mi", 536_870_912), ("1.5Gi", 1_610_612_736),
            ("1Ei", 1_152_921_504_606_846_976), ("1e3", 1000), ("1E3", 1000), ("12e-1", 1.2),
        ])
    func values(text: String, value: Double) throws {
        #expect(try Quantity(text).value == value)
        #expect(try Quantity(text).description == text)
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", " ", "-1", "+1", "1 Gi", "1GB", "1kb", "1K", "Mi", ".", "1.2.3", "1_000", "0x10", "1e99", "1e", "nan",
            "١", "1.0000000001", "99999999999999999999999999999999Ei", "1mm",
        ])
    func refused(text: String) {
        #expect(throws: ClassroomError.self) { try Quantity(text) }
    }

    @Test("Amounts are compared, not notations")
    func comparison() throws {
        #expect(try Quantity("1Gi") == Quantity("1024Mi"))
        #expect(try Quantity("1000m").hashValue == Quantity("1").hashValue)
        #expect(try Quantity("999Mi") < Quantity("1Gi"))
    }
}
