import Yams

extension Node.Scalar {
    /// What YAML takes this scalar for: text, unless it is unquoted and looks like something else.
    ///
    /// YAML 1.1 rules, as Kubernetes' own tools apply them: `no` is a Boolean, `0644` an octal number.
    var yamlType: Tag.Name {
        if tag != .implicit { return Resolver.default.resolveTag(of: .scalar(self)) }
        guard style == .plain else { return .str }
        // Everything but text begins with one of these; the resolver's regular expressions are slow.
        guard let first = string.unicodeScalars.first else { return .null }
        guard "0123456789+-.~=<yYnNtTfFoO".unicodeScalars.contains(first) else { return .str }
        return Resolver.default.resolveTag(of: .scalar(self))
    }

    /// Whether the value was left empty or is `null`.
    var isNull: Bool { yamlType == .null }
}
