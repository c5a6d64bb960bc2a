"""Clients that mean no good."""

import random
import socket
import struct
import threading
import time

from rawssh import *


def tiny_packets(port, *sizes):
    """A write to such a channel would never end."""
    for size in sizes:
        connection = Connection(port).log_in()
        connection.send(OPEN, "session", 0, 1 << 21, int(size))
        # libssh drops a request with size 0 by itself, and the other sizes end the connection.
        if int(size) > 0:
            connection.expect_gone()
        echo_works(port, within=2)


def smallest_packets_served(port):
    connection = Connection(port).log_in()
    connection.run("say 0", packet_size=1024)
    kinds, out, err = connection.collect()
    assert (out, err) == (b"out\n", b"err\n")


def asks_and_never_reads(port, count):
    """Requests whose answers nobody takes: the server stops to read them."""
    connection = Connection(port, receive_buffer=4096).log_in()
    channel = connection.open_session()
    connection.paused = True
    sent = 0

    def ask():
        nonlocal sent
        while sent < int(count):
            connection.transport.packetizer.send_message(message(GLOBAL_REQUEST, "nonsense", True))
            sent += 1

    threading.Thread(target=ask, daemon=True).start()
    before = -1
    while before != sent:
        before = sent
        assert sent < int(count), "the server takes requests without end"
        time.sleep(0.5)
    assert channel is not None
    echo_works(port, within=2)


def never_reads_output(port):
    connection = Connection(port, receive_buffer=4096).log_in()
    connection.run("flood", window=(1 << 32) - 1)
    connection.paused = True
    time.sleep(1)
    echo_works(port, within=2)
    print("flooded", flush=True)
    time.sleep(1)


def ignores_the_window(port, megabytes):
    """Sends on when the window is closed; libssh buffers that without end."""
    connection = Connection(port).log_in()
    channel = connection.run("hang")
    block = b"x" * 32768
    try:
        for _ in range(int(megabytes) * 32):
            connection.send(DATA, channel, block)
    except (OSError, EOFError, paramiko.SSHException):
        pass
    connection.expect_gone()


def fills_many_channels(port, count):
    """Keeps to the window of each channel; all of them together are too much."""
    connection = Connection(port).log_in()
    channels = [connection.run("hang") for _ in range(int(count))]
    block = b"x" * 32768
    sent = 0

    def fill():
        nonlocal sent
        for _ in range(39):
            for channel in channels:
                connection.transport.packetizer.send_message(message(DATA, channel, block))
                sent += len(block)

    threading.Thread(target=fill, daemon=True).start()
    deadline = time.monotonic() + PATIENCE
    while sent < 16 << 20:
        assert time.monotonic() < deadline, sent
        time.sleep(0.1)
    # What else there is to send has time to come, if it is read.
    time.sleep(1)
    print("filled", flush=True)
    echo_works(port, within=5)
    connection.expect_gone()


def sends_before_a_program(port):
    connection = Connection(port).log_in()
    channel = connection.open_session()
    for _ in range(3):
        connection.send(DATA, channel, b"x" * 32768)
    connection.expect_disconnect("input to a channel without a program")


def exchanges_no_keys(port, count):
    """The server wants new keys, and its answers wait until it has them."""
    connection = Connection(port).log_in()
    connection.keeps_keys = True
    channel = connection.run("cat")
    for _ in range(8):
        connection.transport.packetizer.send_message(message(DATA, channel, b"x" * 30000))
    try:
        for _ in range(int(count)):
            connection.transport.packetizer.send_message(message(GLOBAL_REQUEST, "nonsense", True))
    except (OSError, EOFError, paramiko.SSHException):
        return
    raise AssertionError("the server takes requests without end")


def dawdlers_go(port, maximum):
    """Who connects and says nothing has to make room for who comes later, the oldest first."""
    waiting = []
    for _ in range(int(maximum)):
        waiting.append(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
        assert waiting[-1].recv(7) == b"SSH-2.0"
    time.sleep(3.2)
    echo_works(port)
    data = b""
    try:
        while block := waiting[0].recv(4096):
            data += block
    except ConnectionResetError:
        pass
    waiting[1].settimeout(0.5)
    try:
        while waiting[1].recv(4096):
            pass
        raise AssertionError("a second one was turned out")
    except TimeoutError:
        pass


def floods_requests(port, seconds):
    """A client that only sends, as fast as it can."""
    connection = Connection(port).log_in()
    channel = connection.run("cat")
    deadline = time.monotonic() + float(seconds)
    print("ready", flush=True)
    packet = message(REQUEST, channel, "env", False, "A", "B")
    while time.monotonic() < deadline:
        for number in range(200):
            connection.transport.packetizer.send_message(message(REQUEST, channel, "env", number == 0, "A", "B"))


def garbage(port, count, seed):
    """Mutated first flights of a real client, and plain noise."""
    chance = random.Random(int(seed))
    identification = b"SSH-2.0-fuzz\r\n"
    lists = [
        b"curve25519-sha256,ext-info-c,kex-strict-c-v00@openssh.com", b"ssh-ed25519", b"aes128-ctr", b"aes128-ctr",
        b"hmac-sha2-256-etm@openssh.com", b"hmac-sha2-256-etm@openssh.com", b"none", b"none", b"", b""]
    payload = b"\x14" + bytes(16) + b"".join(struct.pack(">I", len(l)) + l for l in lists) + b"\0" * 5

    def packet(payload):
        padding = 8 - (len(payload) + 5) % 8
        padding += 8 if padding < 4 else 0
        return struct.pack(">IB", len(payload) + padding + 1, padding) + payload + bytes(padding)

    init = b"\x1e" + struct.pack(">I", 32) + bytes(range(1, 33))
    for index in range(int(count)):
        flight = identification + packet(payload) + packet(init) + packet(b"\x15") + packet(b"\x05" + bytes(16))
        kind = chance.randrange(4)
        data = bytearray(flight if kind else chance.randbytes(chance.randrange(400)))
        if kind == 1 and data:
            for _ in range(chance.randrange(1, 12)):
                data[chance.randrange(len(data))] = chance.randrange(256)
        elif kind == 2:
            at = chance.randrange(len(data))
            data[at:at] = chance.randbytes(chance.randrange(1, 64))
        elif kind == 3:
            at = chance.randrange(len(data))
            del data[at:at + chance.randrange(1, 64)]
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as sock:
                sock.sendall(data)
                if chance.randrange(2):
                    # A reset instead of a proper end.
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                else:
                    sock.shutdown(socket.SHUT_WR)
                    while sock.recv(4096):
                        pass
        except OSError:
            pass
    echo_works(port)


def sleepers_half_closed(port):
    """Ends its sending side in each phase, and stays to see what the server makes of it."""
    sock = socket.create_connection(("127.0.0.1", port))
    sock.shutdown(socket.SHUT_WR)
    connections = [Connection(port), Connection(port), Connection(port, user="never"), Connection(port).log_in()]
    connections[1].request_service()
    connections[2].request_service()
    connections[2].authenticate("password", False, "secret")
    connections[3].run("cat")
    time.sleep(0.2)
    for connection in connections:
        connection.socket.shutdown(socket.SHUT_WR)
    print("ready", flush=True)
    time.sleep(60)


def resets(port, count):
    """Gone without a word in each phase."""
    for number in range(int(count)):
        connection = Connection(port, user="never" if number % 4 == 2 else "edu01")
        if number % 4 in (1, 2):
            connection.request_service()
        if number % 4 == 2:
            connection.authenticate("password", False, "secret")
        if number % 4 == 3:
            connection.log_in().run("flood")
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.socket.close()


def refused_at_the_door(port, maximum):
    """One more than may be unauthenticated is told so in a line of text; room made is room used."""
    waiting = [socket.create_connection(("127.0.0.1", port)) for _ in range(int(maximum))]
    for sock in waiting:
        sock.settimeout(PATIENCE)
        assert sock.recv(7) == b"SSH-2.0"
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as sock:
        sock.sendall(b"SSH-2.0-client\r\n")
        line = sock.recv(200)
        assert line.startswith(b"labgate: too many clients"), line
        assert sock.recv(200) == b""
    waiting.pop().close()
    deadline = time.monotonic() + PATIENCE
    while True:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as sock:
            if sock.recv(7) == b"SSH-2.0":
                return
        assert time.monotonic() < deadline, "a place that was left is not given again"
        time.sleep(0.05)


def all_at_once(port, count):
    """A class at the bell."""
    waiting = []
    for _ in range(int(count)):
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex(("127.0.0.1", port))
        waiting.append(sock)
    for sock in waiting:
        sock.settimeout(PATIENCE)
        assert sock.recv(7) == b"SSH-2.0", "a client of the crowd was turned away"


if __name__ == "__main__":
    main(globals())
