/// A program that students reach their labs with; a column of the table of clients.
enum Client: String, CaseIterable {
    case openSSH = "OpenSSH"
    case putty = "PuTTY"
    case dropbear = "Dropbear"
    case asyncssh = "asyncssh"
    case paramiko = "Paramiko"
    case libssh = "libssh"
}
