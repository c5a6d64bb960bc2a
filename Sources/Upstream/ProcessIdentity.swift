import Foundation

/// What a process is called among those of its kind, on this host and others.
package enum ProcessIdentity {
    /// An identity of this host that no other process has.
    ///
    /// - Parameter hostName: What does not fit into an object's name is left out of it or made a hyphen.
    package static func make(hostName: String = ProcessInfo.processInfo.hostName) -> String {
        // With prefix, hyphen and digits well within the 253 bytes of a name; a label of DNS has no more.
        let longestHostName = 63
        let bytes = hostName.lowercased().utf8.prefix { $0 != UInt8(ascii: ".") }.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
            default: UInt8(ascii: "-")
            }
        }
        let digits = String(UInt32.random(in: 0 ... .max), radix: 16)
        let padding = String(repeating: "0", count: 8 - digits.count)
        return "\(String(decoding: bytes.prefix(longestHostName), as: UTF8.self))-\(padding)\(digits)"
    }
}
