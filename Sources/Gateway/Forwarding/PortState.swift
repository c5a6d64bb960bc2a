/// How a port of a lab's own loopback takes connections, in the words of the lab's kernel.
enum PortState: String {
    /// Something listens, or has taken a connection and listens no more.
    case open
    /// Something listens, and a connection waits: more have come than it has taken.
    case busy
    /// Nothing listens.
    case closed

    /// A command that prints one of the words. It needs nothing in the image but `/bin/sh`; where the kernel's tables
    /// cannot be read, it fails.
    ///
    /// - Parameter tables: the folder of the tables, which tests replace.
    static func command(port: UInt16, tables: String = "/proc/net") -> [String] {
        let digits = String(port, radix: 16, uppercase: true)
        return ["/bin/sh", "-c", script, "labgate", String(repeating: "0", count: 4 - digits.count) + digits, tables]
    }

    /// Reads what the command has printed; nil if it is none of the words.
    init?(output: String) {
        self.init(rawValue: output.split(whereSeparator: \.isWhitespace).joined(separator: " "))
    }

    /// Looks for what a connection to `localhost` reaches: 127.0.0.1 and ::1, and a listener on every address
    /// (proc_net_tcp in the kernel's documentation). Addresses come in the byte order of x86 and ARM, states as numbers:
    /// 0A listens, 02 waits to be taken, 01 and 08 have been.
    private static let script = #"""
        zero=00000000; mapped=$zero${zero}FFFF0000
        any="$zero:$1 $zero$zero$zero$zero:$1"; loopback="0100007F:$1 $zero$zero${zero}01000000:$1"
        state=closed; tables=0
        for table in "$2/tcp" "$2/tcp6"; do
            [ -r "$table" ] && tables=1 || continue
            while read -r slot near far kind rest; do
                near=${near#"$mapped"}; far=${far#"$mapped"}
                case $kind in
                0A) case " $any $loopback " in *" $near "*) [ $state = busy ] || state=open; esac;;
                01 | 08) case " $loopback " in *" $far "*) [ $state = busy ] || state=open; esac;;
                02) case " $loopback " in *" $far "*) state=busy; esac;;
                esac
            done < "$table"
        done
        [ $tables = 1 ] && echo $state
        """#
}
