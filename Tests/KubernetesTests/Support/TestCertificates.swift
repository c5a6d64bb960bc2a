import NIOCore
import NIOSSL

/// A certificate authority, and a server certificate of it for the name `kubernetes.test` alone. For tests only, and
/// worth nothing elsewhere.
enum TestCertificates {
    /// The authority's certificate.
    static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBejCCASGgAwIBAgIUeB/wNvSDX+BWD8yj0IwKhCjT10owCgYIKoZIzj0EAwIw
        EjEQMA4GA1UEAwwHVGVzdCBDQTAgFw0yNjExMjQwMzMwMjdaGA8yMTI2MTAzMTAz
        MzAyN1owEjEQMA4GA1UEAwwHVGVzdCBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEH
        A0IABH2RD6NDOVFqNJ/q4WejecGmaNMyrOI5Js3PKa0D+hUBMHmvO0qhfFsq/nTP
        AWExbuJM1y930BuoyNZezoyU8umjUzBRMB0GA1UdDgQWBBRJGRKMw1ZXxq08/gJ7
        z+usQ9nbpDAfBgNVHSMEGDAWgBRJGRKMw1ZXxq08/gJ7z+usQ9nbpDAPBgNVHRMB
        Af8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIB3Scc8c2Bm8JPSYYWqtOY49cIcw
        oenaGnxVjaqqPYeQAiBCTD4wZUedrekHC3cE+fD5NN+F/xm2pRIqeexf1pGI8Q==
        -----END CERTIFICATE-----

        """

    /// The server's certificate.
    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBiTCCAS+gAwIBAgIUFZMd29VZNd0AJKMmK2r7Z1sC3R4wCgYIKoZIzj0EAwIw
        EjEQMA4GA1UEAwwHVGVzdCBDQTAgFw0yNjExMjQwMzMwMjdaGA8yMTI2MTAzMTAz
        MzAyN1owFTETMBEGA1UEAwwKa3ViZXJuZXRlczBZMBMGByqGSM49AgEGCCqGSM49
        AwEHA0IABLJ1YF00KkJwGeRPTdv4FJxz+SP7kmXwrAdPumQzNg+VG3Mvdm/a1mv+
        1VcidMjHxxEMieIakfMSJmaR/buyom6jXjBcMBoGA1UdEQQTMBGCD2t1YmVybmV0
        ZXMudGVzdDAdBgNVHQ4EFgQU7ZH675pb/ffnWaaDjdxv22ArwTkwHwYDVR0jBBgw
        FoAUSRkSjMNWV8atPP4Ce8/rrEPZ26QwCgYIKoZIzj0EAwIDSAAwRQIhAPyqb3t3
        lyx6SSuWLkKeVRXEhd/WCSwy6a1FM5y2npNlAiAh4M2J+cMxK8n/53GGxdKR5LbC
        DViIn5pfPSKPXVR0vQ==
        -----END CERTIFICATE-----

        """

    /// The server's private key.
    static let privateKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgizAISfPYN6YOHD95
        0e4b5JAmUk5xu7lNAlXQd33X8NmhRANCAASydWBdNCpCcBnkT03b+BScc/kj+5Jl
        8KwHT7pkMzYPlRtzL3Zv2tZr/tVXInTIx8cRDIniGpHzEiZmkf27sqJu
        -----END PRIVATE KEY-----

        """
}

extension TestCertificates {
    /// Makes a channel of a server speak TLS with the certificate.
    static func addServerHandler(to channel: any Channel) throws {
        let configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(privateKey.utf8), format: .pem)))
        let context = try NIOSSLContext(configuration: configuration)
        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
    }
}
