extension Array where Element: Sendable {
    /// Does something for each element, for so many at the same time, and returns when all is done.
    func forEach(concurrently count: Int, _ body: @escaping @Sendable (Element) async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            for (index, element) in enumerated() {
                if index >= count { await group.next() }
                group.addTask { await body(element) }
            }
        }
    }
}
