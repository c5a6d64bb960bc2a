/// What a course's `podTemplate` must not do.
///
/// The overlay is for where and how a lab runs: node selectors, tolerations, runtime classes, sidecars, devices. It
/// cannot widen what a lab may do: the rules are those of Kubernetes' Pod Security Standards, level "restricted", and
/// that a shared volume stays read-only. A key that could loosen something is refused unless it has the one value that
/// does not, so a value of an unexpected type is refused too.
public struct PodTemplatePolicy: Sendable {
    /// One thing that the overlay must not do.
    struct Violation: Hashable, Sendable {
        /// Where in the overlay.
        let path: [KeyPathStep]
        /// Why not.
        let message: String
    }

    /// The course's shared volumes.
    let sharedVolumeNames: Set<String>

    /// Makes the policy for a course with these shared volumes.
    public init(sharedVolumeNames: Set<String>) {
        self.sharedVolumeNames = sharedVolumeNames
    }

    /// Everything in `template` that is not allowed, in words with the place; empty if it may be used.
    public func refusals(of template: DocumentValue) -> [String] {
        violations(in: template).map { violation in
            let path = violation.path.enumerated().map { $0.element.text(first: $0.offset == 0) }.joined()
            return "\(path): \(violation.message)"
        }
    }

    /// Everything in `template` that is not allowed.
    func violations(in template: DocumentValue) -> [Violation] {
        var checker = PodTemplateChecker(sharedVolumeNames: sharedVolumeNames)
        checker.check(template)
        return checker.violations
    }
}

extension FieldType where Value == DocumentValue {
    /// A pod's `metadata` and `spec`, as far as `policy` allows.
    static func podTemplate(_ policy: PodTemplatePolicy) -> FieldType {
        FieldType { field in
            guard let template = FieldType.any.read(field) else { return nil }
            for violation in policy.violations(in: template) {
                field.descendant(violation.path).report(violation.message)
            }
            return template
        }
    }
}
