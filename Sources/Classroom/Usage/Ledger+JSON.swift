import Foundation

extension Ledger: Codable {
    private enum CodingKeys: String, CodingKey {
        case version, holdings, tallies, lastLogin, stops, codes
    }

    /// Reads what ``encode(to:)`` writes; keys and meters that are not known are left out.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let version = try container.decode(Int.self, forKey: .version)
        guard (1...Self.version).contains(version) else {
            throw DecodingError.dataCorruptedError(
                forKey: .version, in: container,
                debugDescription: "version \(version) is not known; this labgate knows up to \(Self.version)")
        }
        self.init()
        holdings = try container.decodeIfPresent([Holding].self, forKey: .holdings) ?? []
        let named = try container.decodeIfPresent([String: [String: Tally]].self, forKey: .tallies) ?? [:]
        tallies = named.mapValues { meters in
            Dictionary(
                uniqueKeysWithValues: meters.compactMap { name, tally in Meter(rawValue: name).map { ($0, tally) } })
        }
        lastLogin = try container.decodeIfPresent(Int64.self, forKey: .lastLogin).map(Milliseconds.date)
        stops = try container.decodeIfPresent([String: Stop].self, forKey: .stops) ?? [:]
        codes = try container.decodeIfPresent(CodeHistory.self, forKey: .codes) ?? CodeHistory()
    }

    /// Writes times in milliseconds since 1970, and leaves out what is empty.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.version, forKey: .version)
        if !holdings.isEmpty { try container.encode(holdings, forKey: .holdings) }
        let named = tallies.mapValues { meters in
            Dictionary(uniqueKeysWithValues: meters.map { ($0.key.rawValue, $0.value) })
        }
        if !named.isEmpty { try container.encode(named, forKey: .tallies) }
        try container.encodeIfPresent(lastLogin.map(Milliseconds.since1970), forKey: .lastLogin)
        if !stops.isEmpty { try container.encode(stops, forKey: .stops) }
        if !codes.isEmpty { try container.encode(codes, forKey: .codes) }
    }

    /// Reads the text that ``json()`` gives.
    ///
    /// - Throws: ``ClassroomError`` with code `invalidValue` if it is damaged or of a newer version.
    public init(json: String) throws(ClassroomError) {
        do {
            self = try JSONDecoder().decode(Ledger.self, from: Data(json.utf8))
        } catch {
            throw ClassroomError(.invalidValue, "is not a usage ledger: \(error)")
        }
    }

    /// One line of JSON with sorted keys: equal ledgers give equal texts.
    ///
    /// - Throws: ``ClassroomError`` with code `invalidValue` if it cannot be written, which is not known to happen.
    public func json() throws(ClassroomError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        } catch {
            throw ClassroomError(.invalidValue, "cannot be written: \(error)")
        }
    }
}
