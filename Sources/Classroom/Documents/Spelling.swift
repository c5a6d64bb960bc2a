/// Finds what somebody meant to write.
enum Spelling {
    /// The candidate nearest to `word`, if one is near enough to be a slip of the finger.
    static func nearest(to word: String, in candidates: [String]) -> String? {
        // One slip in a short word, two in one of six letters or more: beyond that a guess misleads.
        let tolerance = word.count < 6 ? 1 : 2
        let ranked = candidates.map { (name: $0, distance: distance(word.lowercased(), $0.lowercased())) }
        return ranked.filter { $0.distance <= tolerance }.min { $0.distance < $1.distance }?.name
    }

    /// Words for an unknown name: the nearest known one, or all of them.
    static func advice(for word: String, known: [String]) -> String {
        if let nearest = nearest(to: word, in: known) { return "did you mean \(nearest)?" }
        return known.isEmpty ? "there are none" : "known: \(known.sorted().joined(separator: ", "))"
    }

    /// The number of letters to insert, delete, replace or swap with a neighbour to get from one word to the other
    /// (optimal string alignment distance).
    static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.unicodeScalars.prefix(64))
        let right = Array(right.unicodeScalars.prefix(64))
        var rows = [Array(0...right.count)]
        for i in left.indices {
            var row = [i + 1]
            for j in right.indices {
                let substitution = rows[i][j] + (left[i] == right[j] ? 0 : 1)
                var best = min(substitution, rows[i][j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    best = min(best, rows[i - 1][j - 1] + 1)
                }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
