/// A lab's creation was tried for so long that what it goes by, a place and a note in the ledger, has to be taken anew.
struct StalledCreation: Error, Hashable {
    /// How long to wait before that.
    let pause: Duration
}
