"""A client that speaks SSH packet by packet: paramiko exchanges the keys, the checks do the rest.

A check is a function that takes a port and returns when the server behaved; it runs as `SCRIPT CHECK PORT [ARGUMENT...]`.
"""

import os
import queue
import socket
import sys
import time

try:
    import paramiko
    from paramiko.message import Message
except ImportError as error:
    sys.exit(f"these tests need the Python package paramiko (pip install paramiko): {error}")

DISCONNECT, IGNORE, UNIMPLEMENTED, SERVICE_REQUEST, SERVICE_ACCEPT = 1, 2, 3, 5, 6
AUTH_REQUEST, AUTH_FAILURE, AUTH_SUCCESS, AUTH_PK_OK = 50, 51, 52, 60
GLOBAL_REQUEST, REQUEST_SUCCESS, REQUEST_FAILURE = 80, 81, 82
OPEN, OPEN_CONFIRMATION, OPEN_FAILURE, WINDOW_ADJUST = 90, 91, 92, 93
DATA, EXTENDED_DATA, EOF, CLOSE, REQUEST, SUCCESS, FAILURE = 94, 95, 96, 97, 98, 99, 100
KEY_EXCHANGE = range(20, 50)

PATIENCE = 20
GONE = object()


def message(kind, *fields):
    """A packet: bytes and str become strings, bool a boolean, int a uint32."""
    packet = Message()
    packet.add_byte(bytes([kind]))
    for field in fields:
        if isinstance(field, bool):
            packet.add_boolean(field)
        elif isinstance(field, int):
            packet.add_int(field)
        else:
            packet.add_string(field)
    return packet


class Connection:
    """One SSH transport, after the key exchange."""

    def __init__(self, port, user="edu01", receive_buffer=None, version=None, **options):
        self.user = user
        self.packets = queue.Queue()
        self.next_channel = 0
        sock = socket.socket()
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        sock.settimeout(PATIENCE)
        sock.connect(("127.0.0.1", port))
        self.socket = sock
        self.transport = paramiko.Transport(sock, **options)
        if version:
            self.transport.local_version = version
        self.raw = False
        self.paused = False
        # Whether the server's wish for new keys goes unheard.
        self.keeps_keys = False
        read_message = self.transport.packetizer.read_message

        def divert():
            while True:
                while self.paused:
                    time.sleep(0.05)
                try:
                    kind, packet = read_message()
                except Exception:
                    self.packets.put((GONE, None))
                    raise
                if not self.raw or kind in KEY_EXCHANGE and not self.keeps_keys:
                    return kind, packet
                self.packets.put((kind, packet))

        self.transport.packetizer.read_message = divert
        self.transport.start_client(timeout=PATIENCE)
        self.raw = True

    def send(self, kind, *fields):
        self.transport._send_user_message(message(kind, *fields))

    def receive(self, *wanted, timeout=PATIENCE):
        """The next packet of one of the wanted kinds; others are an error, except EXT_INFO and window adjustments."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                kind, packet = self.packets.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no packet of {wanted} within {timeout} s") from None
            if kind in wanted:
                return kind, packet
            if kind in (7, IGNORE, 4, WINDOW_ADJUST):
                continue
            if kind == DISCONNECT:
                packet.get_int()
                raise AssertionError(f"disconnected: {packet.get_text()}")
            raise AssertionError(f"packet {'EOF' if kind is GONE else kind} instead of {wanted}")

    def expect_disconnect(self, words, timeout=PATIENCE):
        kind = None
        while kind != DISCONNECT:
            # What is open is closed first.
            kind, packet = self.receive(DISCONNECT, EOF, CLOSE, timeout=timeout)
        packet.get_int()
        text = packet.get_text()
        assert words in text, text

    def expect_gone(self, timeout=PATIENCE):
        """The connection ends, with a reason or without."""
        kind = None
        while kind not in (DISCONNECT, GONE):
            kind, _ = self.receive(DISCONNECT, GONE, OPEN_CONFIRMATION, EOF, CLOSE, SUCCESS, timeout=timeout)

    # Authentication

    def request_service(self):
        self.send(SERVICE_REQUEST, "ssh-userauth")
        self.receive(SERVICE_ACCEPT)

    def authenticate(self, method, *fields):
        self.send(AUTH_REQUEST, self.user, "ssh-connection", method, *fields)

    def methods_after_failure(self, timeout=PATIENCE):
        _, packet = self.receive(AUTH_FAILURE, timeout=timeout)
        return packet.get_text().split(",")

    def log_in(self, password="secret"):
        self.request_service()
        self.authenticate("password", False, password)
        self.receive(AUTH_SUCCESS)
        return self

    # Channels

    def open_session(self, window=1 << 21, packet_size=1 << 15):
        """Returns the server's number of the channel; the client's are 0, 1, 2, …"""
        self.send(OPEN, "session", self.next_channel, window, packet_size)
        self.next_channel += 1
        _, packet = self.receive(OPEN_CONFIRMATION)
        packet.get_int()
        return packet.get_int()

    def request(self, channel, name, *fields, succeeds=True):
        self.send(REQUEST, channel, name, True, *fields)
        kind, _ = self.receive(SUCCESS, FAILURE)
        assert (kind == SUCCESS) == succeeds, f"{name}: {kind}"

    def collect(self, *, until=CLOSE, timeout=PATIENCE):
        """Everything up to a packet of the kind `until`: (kinds in order without repetitions, stdout, stderr)."""
        kinds, out, err = [], b"", b""
        everything = (DATA, EXTENDED_DATA, EOF, CLOSE, REQUEST, SUCCESS, FAILURE)
        while True:
            kind, packet = self.receive(*everything, timeout=timeout)
            if kind == DATA:
                packet.get_int()
                out += packet.get_string()
            elif kind == EXTENDED_DATA:
                packet.get_int(), packet.get_int()
                err += packet.get_string()
            elif kind == REQUEST:
                packet.get_int()
                kind = packet.get_text()
            if not kinds or kinds[-1] != kind:
                kinds.append(kind)
            if kind == until:
                return kinds, out, err

    def run(self, command, **window):
        channel = self.open_session(**window)
        self.request(channel, "exec", command)
        return channel

    def close(self):
        self.transport.close()


def echo_works(port, within=PATIENCE):
    """Another client gets its bytes back."""
    connection = Connection(port).log_in()
    channel = connection.run("cat")
    for round in range(3):
        connection.send(DATA, channel, b"ping%d" % round)
        _, packet = connection.receive(DATA, timeout=within)
        packet.get_int()
        assert packet.get_string() == b"ping%d" % round
    connection.close()


def main(module):
    name, port = sys.argv[1], int(sys.argv[2])
    module[name](port, *sys.argv[3:])
    # paramiko's threads need not be waited for.
    sys.stdout.flush()
    os._exit(0)
