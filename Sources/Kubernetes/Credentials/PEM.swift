import Foundation
import NIOSSL

/// Reads certificates and keys, naming file and key when it can't.
enum PEM {
    /// The bytes of a file.
    ///
    /// - Parameters:
    ///   - key: The kubeconfig key that names the file.
    ///   - source: The file in which the key stands.
    static func read(_ path: String, key: String?, in source: String) throws(CredentialsError) -> [UInt8] {
        do {
            return try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw CredentialsError(file: source, key: key, message: "can't read \(path): \(error.localizedDescription)")
        }
    }

    /// All certificates in a PEM text.
    static func certificates(
        _ bytes: [UInt8], key: String? = nil, in source: String
    ) throws(CredentialsError) -> [NIOSSLCertificate] {
        let found: [NIOSSLCertificate]
        do {
            found = try NIOSSLCertificate.fromPEMBytes(bytes)
        } catch {
            throw CredentialsError(file: source, key: key, message: "no PEM certificate: \(error)")
        }
        guard !found.isEmpty else {
            throw CredentialsError(file: source, key: key, message: "no PEM certificate in it")
        }
        return found
    }

    /// The private key in a PEM text.
    static func privateKey(
        _ bytes: [UInt8], key: String, in source: String
    ) throws(CredentialsError) -> NIOSSLPrivateKey {
        do {
            return try NIOSSLPrivateKey(bytes: bytes, format: .pem)
        } catch {
            throw CredentialsError(file: source, key: key, message: "no usable PEM private key: \(error)")
        }
    }
}
