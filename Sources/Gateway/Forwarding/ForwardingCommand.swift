/// A small program in the lab that connects to a host and a port, says so in a line of its own, and then is that connection:
/// its standard input goes there, and what comes from there is its standard output.
///
/// It needs Python or Perl in the image. The end of the client's input reaches the far side as such.
enum ForwardingCommand {
    /// What it says when the connection stands.
    static let connected = Array("connected\n".utf8)

    static func argv(host: String, port: UInt16) -> [String] {
        ["/bin/sh", "-c", choose, "labgate", python, perl, host, "\(port)"]
    }

    /// Whatever goes wrong is one line on standard error.
    private static let choose = """
        if command -v python3 >/dev/null 2>&1; then exec python3 -c "$1" "$3" "$4"; fi
        if command -v perl >/dev/null 2>&1; then exec perl -e "$2" "$3" "$4"; fi
        echo "this image has neither python3 nor perl, one of which this needs" >&2
        exit 127
        """

    private static let python = """
        import os, socket, sys, threading
        try:
            far = socket.create_connection((sys.argv[1], int(sys.argv[2])), 10)
        except OSError as error:
            sys.exit(str(error))
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
        my $far = IO::Socket::IP->new(PeerHost => $ARGV[0], PeerPort => $ARGV[1], Timeout => 10) or die "$@\\n";
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
}
