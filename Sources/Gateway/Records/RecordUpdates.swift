/// A record as it was read from the store, now and after each change.
struct RecordUpdates<Value: Record>: AsyncSequence, Sendable {
    typealias Failure = Never

    private let stored: any AsyncSequence<StoredRecord?, Never> & Sendable
    private let cache: RecordCache<Value>

    init(_ stored: any AsyncSequence<StoredRecord?, Never> & Sendable, _ cache: RecordCache<Value>) {
        self.stored = stored
        self.cache = cache
    }

    struct Iterator: AsyncIteratorProtocol {
        var stored: any AsyncIteratorProtocol<StoredRecord?, Never>
        let cache: RecordCache<Value>

        mutating func next() async -> Value? {
            guard let record = await stored.next(isolation: #isolation) else { return nil }
            return record.flatMap { try? cache.value(of: $0) } ?? Value()
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(stored: stored.makeAsyncIterator(), cache: cache) }
}
