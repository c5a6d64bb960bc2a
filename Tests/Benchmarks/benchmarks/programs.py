"""Child processes as the measurements need them."""

import os
import pty
import select
import signal
import subprocess
import time
import tty

from libssh import PATIENCE_MS

# Asked for and taken from a pipe at once, in bytes.
PIECE_BYTE_COUNT = 1 << 20


class TerminalProgram:
    """A program on a terminal of its own, which hands every byte on at once."""

    def __init__(self, command):
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            try:
                os.execvp(command[0], command)
            finally:
                os._exit(127)
        tty.setraw(self._fd)

    def write(self, data):
        os.write(self._fd, data)

    def read(self):
        """The next piece of output."""
        if not select.select([self._fd], [], [], PATIENCE_MS / 1000)[0]:
            raise OSError("no output on the terminal")
        return os.read(self._fd, 4096)

    def close(self):
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._fd)


def first_byte_seconds(command):
    """The time from the start of a program to its first byte of output."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as child:
        if not child.stdout.read(1):
            raise OSError(f"no output from {command[0]}")
        elapsed = time.perf_counter() - start
        child.stdout.read()
    return elapsed


def output_rate(command, byte_count):
    """Bytes per second from the first byte of a program's output to its end; it must be `byte_count` bytes long."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, bufsize=0) as child:
        piece = bytearray(PIECE_BYTE_COUNT)
        count = first = child.stdout.readinto(piece)
        start = time.perf_counter()
        while received := child.stdout.readinto(piece):
            count += received
        elapsed = time.perf_counter() - start
    if count != byte_count:
        raise OSError(f"{command[0]} gave {count} bytes instead of {byte_count}")
    return (count - first) / elapsed


def input_rate(command, byte_count):
    """Bytes per second that a program takes between a line of output that says it is ready and one that says it is
    done."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as child:
        if not child.stdout.readline():
            raise OSError(f"{command[0]} did not start")
        start = time.perf_counter()
        piece = memoryview(bytes(PIECE_BYTE_COUNT))
        rest = byte_count
        while rest:
            rest -= child.stdin.write(piece[:rest])
        if not child.stdout.readline():
            raise OSError(f"{command[0]} did not take everything")
        elapsed = time.perf_counter() - start
        child.stdin.close()
    return byte_count / elapsed


class Server:
    """A server that runs until it is closed, with what it has cost."""

    def __init__(self, command, log):
        with open(log, "wb") as output:
            # In a session of its own: Ctrl-C ends it when its turn has come.
            self._child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
        self.log, self.pid = log, self._child.pid

    def await_line(self, words, seconds=30):
        """The first line of the log with these words."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._child.poll() is None:
            with open(self.log, encoding="utf-8", errors="replace") as lines:
                for line in lines:
                    if words in line and line.endswith("\n"):
                        return line
            time.sleep(0.02)
        with open(self.log, encoding="utf-8", errors="replace") as lines:
            raise OSError(f"{self._child.args[0]} has not said \"{words}\": {lines.read()[-2000:]}")

    def cpu_seconds(self):
        """User and system time of the process and of those children that have ended."""
        with open(f"/proc/{self._child.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return sum(int(ticks) for ticks in fields[11:15]) / os.sysconf("SC_CLK_TCK")

    def resident_kib(self):
        """Memory that the process has in RAM, in KiB."""
        with open(f"/proc/{self._child.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))

    def close(self):
        self._child.send_signal(signal.SIGINT)
        try:
            self._child.wait(10)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
