/// Why labgate does not have something, for the table of clients.
enum Refused {
    static let nothingListens = "nothing in a stock image could listen"
    static let notParsed = "libssh cannot parse direct-streamlocal"
}
