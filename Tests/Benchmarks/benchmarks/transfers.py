"""Files and forwarded ports: OpenSSH's sftp, rsync's and ssh's time with labgate and with sshd."""

import contextlib
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

MEGABYTE = 1_000_000

# Listens on a free port of the loopback. A connection that begins with "g" gets bytes without end, others their own.
PORT_SERVER = """
use IO::Socket::INET; use Socket qw(IPPROTO_TCP TCP_NODELAY);
my $server = IO::Socket::INET->new(Listen => 9, LocalAddr => "127.0.0.1", LocalPort => 0) or die;
print $server->sockport, "\\n"; STDOUT->flush;
$SIG{CHLD} = "IGNORE";
while (1) {
    my $client = $server->accept or next;
    next if fork;
    setsockopt $client, IPPROTO_TCP, TCP_NODELAY, 1;
    sysread $client, my $first, 1;
    if ($first eq "g") { 1 while syswrite $client, "x" x 65536; exit }
    while (sysread $client, my $data, 65536) { syswrite $client, $data }
    exit;
}
"""


class Files:
    """What is copied: one large file and many small ones."""

    def __init__(self, byte_count, small_count):
        self._folder = tempfile.TemporaryDirectory(prefix="labgate-benchmarks-")
        self.path = pathlib.Path(self._folder.name)
        self.byte_count, self.small_count = byte_count, small_count
        with open(self.path / "large", "wb") as file:
            file.truncate(byte_count)
        small = self.path / "small"
        small.mkdir()
        for number in range(small_count):
            (small / f"file-{number}").write_bytes(b"x" * 1000)

    def close(self):
        self._folder.cleanup()

    def copies(self, server, target):
        """Seconds for each way of copying to `target`, a folder on the server's side, and back."""
        ssh = server.command("")[:-1]
        options, destination = ssh[1:-1], ssh[-1]
        # sftp and rsync have their own words for user and port.
        shell = " ".join(["ssh", *options])
        user = options[options.index("-l") + 1]
        sftp = ["sftp", "-q", "-b", "-", "-S", self._wrapper(shell), f"{user}@{destination}"]
        back = self.path / "back"
        rsync = ["rsync", "-r", "--whole-file", "-e", shell]
        remote = f"{user}@{destination}:{target}"
        ways = {
            "sftp put": (sftp, f"put {self.path}/large {target}/large\n"),
            "sftp get": (sftp, f"get {target}/large {back}/large\n"),
            "sftp put, small files": (sftp, f"put -r {self.path}/small {target}/\n"),
            "sftp get, small files": (sftp, f"get -r {target}/small {back}/\n"),
            "rsync to": ([*rsync, "--ignore-times", f"{self.path}/large", f"{remote}/large"], ""),
            "rsync from": ([*rsync, "--ignore-times", f"{remote}/large", f"{back}/large"], ""),
            "rsync to, small files": ([*rsync, f"{self.path}/small", f"{remote}/by-rsync"], ""),
        }
        seconds = {}
        for name, (command, batch) in ways.items():
            shutil.rmtree(back, ignore_errors=True)
            back.mkdir()
            start = time.perf_counter()
            subprocess.run(command, input=batch.encode(), stdout=subprocess.DEVNULL, check=True)
            seconds[name] = time.perf_counter() - start
        return seconds

    def _wrapper(self, shell):
        """sftp adds options of its own to a program that takes no arguments."""
        path = self.path / "ssh"
        path.write_text(f"#!/bin/sh\nexec {shell} \"$@\"\n", encoding="ascii")
        path.chmod(0o700)
        return str(path)


@contextlib.contextmanager
def forwarded_port(command_of, forward):
    """A port of this machine that leads to a `PORT_SERVER` on the server's side.

    command_of: makes the line that runs a command there; forward: makes the line that forwards local:remote.
    """
    quoted = PORT_SERVER.replace("'", "'\\''")
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(_running(command_of(f"exec perl -e '{quoted}'")))
        remote = int(server.stdout.readline())
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            local = probe.getsockname()[1]
        stack.enter_context(_running(forward(local, remote)))
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                _ping(local, 1)
                break
            time.sleep(0.05)
        yield local


@contextlib.contextmanager
def _running(command):
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        try:
            yield child
        finally:
            child.kill()


def _ping(port, count):
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(b"e")
        times = []
        for _ in range(count):
            start = time.perf_counter()
            connection.sendall(b"x")
            if connection.recv(1) != b"x":
                raise OSError("no echo on the forwarded port")
            times.append(time.perf_counter() - start)
        return times


def round_trips(port, count):
    """Seconds from a byte to its echo, on one connection."""
    return _ping(port, count)


def port_rate(port, byte_count):
    """Bytes per second that come through the port."""
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall(b"g")
        piece = bytearray(1 << 18)
        first = count = connection.recv_into(piece)
        start = time.perf_counter()
        while count < byte_count:
            received = connection.recv_into(piece)
            if not received:
                raise OSError("the forwarded connection has ended")
            count += received
        return (count - first) / (time.perf_counter() - start)
