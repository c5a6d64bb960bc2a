/// A piece of news from an image being pulled.
public struct PullProgress: Hashable, Sendable, Decodable {
    /// Such as `Downloading`, or `Download complete`; nil in lines that only tell a failure.
    public var status: String?
    /// The layer, or another part of the image, that it is about.
    public var id: String?
    /// What has gone wrong; the pull has failed then.
    var error: String?
}
