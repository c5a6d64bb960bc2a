/// One step down into a document.
enum KeyPathStep: Hashable, Sendable {
    case key(String)
    case index(Int)

    /// How the step is written in a key path; the first key of a path has no dot before it.
    func text(first: Bool) -> String {
        switch self {
        case .index(let index): "[\(index)]"
        case .key(let key) where key.contains(where: { $0 == "." || $0 == "/" || $0.isWhitespace }): "[\"\(key)\"]"
        case .key(let key): first ? key : ".\(key)"
        }
    }
}
