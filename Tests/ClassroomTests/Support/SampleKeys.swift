/// Public keys by ssh-keygen.
enum SampleKeys {
    static let rsa2048 =
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDHbthNZbGZmCZBvKhC1KNlhOIeOmO5/5fyONmWprbx8YFFQQAIzzTHr3v/8G3s"
        + "UFBvI9hJ/kqQ6XKz1wZ62E70yk3pQParDh+hxkVB+b3Op4SGRfz73Z5rlRGHsDvL+yAJplsBRy4DMYw4AlEUUaSpHReG8w1rRZA6"
        + "/ml0jwpJ2oEVNryhjRdhS3Ad1BSREQTfk2ie8yElJOhbi+gBr5Si+8OmfsgIV7IREW8DFhtdo+zDAjiNXgNwiiBmfH8HrHehcVy0"
        + "7eJfrFyk4gTrRHnxZmU10Ol3Vimttzh6ynHeMETvSQbl6YX7pD0PksWSY7UKLtHxaFneMWCOan08uKe9"

    static let rsa1024 =
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC8Df+kAJhs4Gh6vbh2055TCLX/Lj/moK9jY7Xc177N0MSiYjVjnNWChLUwiXN6"
        + "2EFO2TTe36K6/A7De8Rjh8ktGynv4ZMuDKllK38Y36YqCPk85Ec2UFO+Lo5gS+jtvQxDiOnYC2CddUeLmIua9APTBMfaPdpxgQNB"
        + "Tm8KuBxbDw=="

    static let nistp256 =
        "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBIiBr8UDxQ5fTGFtZaAWamYYYFkc"
        + "hA98aPmws1E3qfi0IuGyVL4O2dLDyc/S2ydT+nuxQta/NUCRmXg5jv201OU="

    static let nistp384 =
        "ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBC9nHVnSEFUCv7EAXLxWh4Hi8WRi"
        + "FrE1qsnXos+1S1S/PoVff5VJGDI3U70pL0/1ahPD3P+Go3sTj7i4+YYDWkdRajQBM/GkEsK4lrg/dG4LraH16FHU4/LaSnYQf/Ts"
        + "vg=="

    static let nistp521 =
        "ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAA6OJZijZm8G/p15ztiwNg66bBR"
        + "7Pxaj/+n/tXiXKsWr8A5jx0WR/BqAFv6o9nSl3D4OQhbFW9pWJaOR6dirQs8EQCh4RarYCxatPTnA1tlEAMqe4cNDA9PJ6puROKY"
        + "H1YrXvlL7Uj2lbYv8aXv5cl9gJd6EDHJRpWzFGYTOmpN+tLFOg=="
}
