import Classroom

/// A small program in the lab that connects to a host and a port, says so in a line of its own, and then is that connection:
/// its standard input goes there, and what comes from there is its standard output.
///
/// It needs Python, Perl or bash in the image. The end of the client's input reaches the far side as such, but with bash.
enum ForwardingCommand {
    /// What it says when the connection stands.
    static let connected = Array("connected\n".utf8)

    static func argv(host: String, port: UInt16) -> [String] {
        ["/bin/sh", "-c", choose, "labgate", python, perl, bash, "\(port)"] + addresses(of: host)
    }

    /// Each is tried. Not every lab's hosts file has both addresses of the loopback.
    private static func addresses(of host: String) -> [String] {
        ForwardingDestination.isLoopback(host) ? ["127.0.0.1", "::1"] : [host]
    }

    /// Whatever goes wrong at the first address is one line on standard error.
    private static let choose = """
        python=$1 perl=$2 bash=$3
        shift 3
        if command -v python3 >/dev/null 2>&1; then exec python3 -c "$python" "$@"; fi
        if command -v perl >/dev/null 2>&1; then exec perl -e "$perl" "$@"; fi
        if command -v bash >/dev/null 2>&1; then exec bash -c "$bash" bash "$@"; fi
        echo "this image has neither python3, perl nor bash, one of which this needs" >&2
        exit 127
        """

    private static let python = """
        import os, socket, sys, threading
        errors = []
        for host in sys.argv[2:]:
            try:
                far = socket.create_connection((host, int(sys.argv[1])), 10)
                break
            except OSError as error:
                errors.append(str(error))
        else:
            sys.exit(errors[0])
        far.settimeout(None)
        os.write(1, b"connected\\n")
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        def send():
            while data := os.read(0, 65536):
                far.sendall(data)
            far.shutdown(socket.SHUT_WR)
        threading.Thread(target=send, daemon=True).start()
        while data := far.recv(65536):
            while data:
                data = data[os.write(1, data):]
        """

    private static let perl = """
        use IO::Socket::IP;
        my ($port, @hosts) = @ARGV;
        my ($far, $error);
        for my $host (@hosts) {
            $far = IO::Socket::IP->new(PeerHost => $host, PeerPort => $port, Timeout => 10) and last;
            $error //= $@;
        }
        die "$error\\n" unless $far;
        $far->blocking(1);
        syswrite STDOUT, "connected\\n";
        open STDERR, ">", "/dev/null";
        sub pass {
            my ($from, $to) = @_;
            while (my $count = sysread $from, my $data, 65536) {
                for (my $done = 0; $done < $count;) {
                    my $more = syswrite $to, $data, $count - $done, $done;
                    return unless defined $more;
                    $done += $more;
                }
            }
        }
        my $sender = fork;
        unless ($sender) { pass(*STDIN, $far); shutdown $far, 1; exit }
        pass($far, *STDOUT);
        kill "KILL", $sender;
        """

    /// It cannot end one direction alone, so the far side learns of the end of the client's input with that of all; and it
    /// waits for a server that does not answer as long as the kernel does.
    private static let bash = """
        port=$1
        shift
        for host; do
            exec 3<>"/dev/tcp/$host/$port" || continue
            echo connected
            exec 2>/dev/null
            cat <&0 >&3 &
            cat <&3
            kill $!
            exit 0
        done
        exit 1
        """
}
