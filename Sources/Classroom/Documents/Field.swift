import Yams

/// One value of a document with its place, while it is being read.
struct Field {
    /// The value as the YAML parser delivers it.
    let node: Node
    /// Its place in the document, such as `spec.courses[1]`.
    let path: String
    /// Where problems with it are shown: its key, whose line tells more than that of a value that begins below, or that
    /// stands elsewhere and is aliased here.
    let mark: Mark?
    /// The file it stands in.
    let file: String
    /// Where to report.
    let problems: ProblemCollector
    /// Whether somebody has written the lines; those of text that a program has made say nothing.
    var hasLines = true

    /// The file and line.
    var location: SourceLocation {
        SourceLocation(file: file, line: hasLines ? mark?.line : nil)
    }

    /// Reports a problem with this value.
    func report(_ message: String, severity: Problem.Severity = .error) {
        problems.report(
            Problem(severity, at: location, column: hasLines ? mark?.column : nil, keyPath: path, message))
    }

    /// A value inside this one, under `key`.
    func member(_ key: String, _ node: Node, mark: Mark?) -> Field {
        let path = path + KeyPathStep.key(key).text(first: path.isEmpty)
        return Field(node: node, path: path, mark: mark, file: file, problems: problems, hasLines: hasLines)
    }

    /// A value inside this one, at `index`.
    func element(_ index: Int, _ node: Node) -> Field {
        let path = path + KeyPathStep.index(index).text(first: false)
        return Field(node: node, path: path, mark: node.mark, file: file, problems: problems, hasLines: hasLines)
    }

    /// The value at a path below this one, or the nearest one around it that exists.
    func descendant(_ steps: some Collection<KeyPathStep>) -> Field {
        guard let step = steps.first else { return self }
        let rest = steps.dropFirst()
        switch (step, node) {
        case (.key(let key), .mapping(let mapping)):
            guard let pair = mapping.first(where: { $0.key.scalar?.string == key }) else { return self }
            return member(key, pair.value, mark: pair.key.mark).descendant(rest)
        case (.index(let index), .sequence(let sequence)) where sequence.indices.contains(index):
            return element(index, sequence[index]).descendant(rest)
        default:
            return self
        }
    }

    /// The members by key; nil, with the problem reported, if this is not a mapping with plain keys.
    func mapping() -> [String: Field]? {
        guard case .mapping(let mapping) = node else {
            report("must be a mapping of keys to values, not \(kind)")
            return nil
        }
        var members: [String: Field] = [:]
        for (key, value) in mapping {
            guard let name = key.scalar?.string else {
                report("keys must be plain words")
                continue
            }
            if name == "<<" {
                member(name, key, mark: key.mark).report("YAML merge keys are not supported; write the keys out")
                continue
            }
            members[name] = member(name, value, mark: key.mark)
        }
        return members
    }

    /// What kind of value this is, for messages.
    var kind: String {
        switch node {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .scalar(let scalar): scalar.isNull ? "nothing" : "a single value"
        case .alias: "an alias"
        }
    }
}
