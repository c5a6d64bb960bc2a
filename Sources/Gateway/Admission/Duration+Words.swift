import Classroom

extension Duration {
    /// As students read it: whole minutes from two minutes on, whole seconds below; `4h`, `10m`, `45s`.
    var spoken: String {
        let seconds = max(components.seconds, 0)
        return DurationNotation.text(.seconds(seconds >= 120 ? seconds / 60 * 60 : seconds))
    }
}
