"""Checks of session channels (RFC 4254), packet by packet."""

import time

from rawssh import *


def text_of(connection, **how):
    return connection.collect(**how)[1].decode()


def order_of_the_end(port):
    connection = Connection(port).log_in()
    connection.run("say 42")
    kinds, out, err = connection.collect()
    assert kinds == [DATA, EXTENDED_DATA, EOF, "exit-status", CLOSE] or kinds == [
        EXTENDED_DATA, DATA, EOF, "exit-status", CLOSE], kinds
    assert (out, err) == (b"out\n", b"err\n")


def order_of_the_end_by_signal(port):
    connection = Connection(port).log_in()
    connection.run("signal KILL")
    kinds, _, _ = connection.collect()
    assert kinds == [EOF, "exit-signal", CLOSE], kinds


def requests_before_the_start(port):
    connection = Connection(port).log_in()
    channel = connection.open_session()
    connection.request(channel, "env", "LANG", "C.UTF-8")
    connection.request(channel, "env", "GIT_PROTOCOL", "version=2")
    connection.request(channel, "pty-req", "xterm-256color", 80, 24, 0, 0, b"\0")
    connection.request(channel, "pty-req", "again", 80, 24, 0, 0, b"\0", succeeds=False)
    connection.send(REQUEST, channel, "window-change", False, 132, 43, 0, 0)
    connection.request(channel, "exec", "describe")
    out = text_of(connection)
    assert out == "terminal xterm-256color 132x43\nenv LANG=C.UTF-8\nenv GIT_PROTOCOL=version=2\n", out


def bounded_environment(port):
    connection = Connection(port).log_in()
    channel = connection.open_session()
    for index in range(64):
        connection.request(channel, "env", f"N{index}", "x")
    connection.request(channel, "env", "ONE_TOO_MANY", "x", succeeds=False)
    channel = connection.open_session()
    connection.request(channel, "env", "BIG", "x" * 20000, succeeds=False)


def events(port):
    connection = Connection(port).log_in()
    channel = connection.open_session()
    connection.request(channel, "pty-req", "xterm", 80, 24, 0, 0, b"\0")
    connection.request(channel, "exec", "events")

    def told(expected):
        _, packet = connection.receive(DATA)
        packet.get_int()
        assert packet.get_text() == expected

    connection.send(REQUEST, channel, "window-change", False, 100, 50, 0, 0)
    told("size 100x50\n")
    connection.send(REQUEST, channel, "signal", False, "INT")
    told("signal INT\n")
    connection.send(REQUEST, channel, "window-change", False, 101, 51, 0, 0)
    told("size 101x51\n")
    connection.send(EOF, channel)
    connection.send(CLOSE, channel)
    assert connection.collect()[0][-1] == CLOSE


def output_unwanted(port):
    """OpenSSH says that nobody reads any more; others' unknown requests mean nothing."""
    for version, is_told in (("SSH-2.0-OpenSSH_9.9", True), ("SSH-2.0-PuTTY_Release_0.80", False)):
        connection = Connection(port, version=version).log_in()
        channel = connection.run("events")
        connection.request(channel, "winadj@putty.projects.tartarus.org", succeeds=False)
        connection.send(REQUEST, channel, "eow@openssh.com", False)
        connection.send(REQUEST, channel, "signal", False, "USR1")
        _, packet = connection.receive(DATA)
        packet.get_int()
        told = packet.get_text()
        assert told == ("output unwanted\n" if is_told else "signal USR1\n"), told


def shell_and_subsystem(port):
    connection = Connection(port).log_in()
    channel = connection.open_session()
    connection.request(channel, "shell")
    assert text_of(connection) == "shell\n"
    channel = connection.run("cat")
    connection.request(channel, "shell", succeeds=False)
    connection.request(channel, "exec", "exit 0", succeeds=False)
    connection.request(channel, "subsystem", "sftp", succeeds=False)
    connection.send(EOF, channel)
    connection.collect()
    channel = connection.open_session()
    connection.request(channel, "subsystem", "sftp")
    assert text_of(connection) == "subsystem sftp\n"


def unknown_requests(port):
    connection = Connection(port).log_in()
    channel = connection.run("cat")
    for name, *fields in (
        ("winadj@putty.projects.tartarus.org",), ("simple@putty.projects.tartarus.org",), ("nonsense",),
        ("x11-req", False, "MIT-MAGIC-COOKIE-1", "00", 0), ("auth-agent-req@openssh.com",), ("break", 500),
        ("eow@openssh.com",),
    ):
        connection.request(channel, name, *fields, succeeds=False)
    connection.send(REQUEST, channel, "nonsense", False)
    for name, *fields in (
        ("tcpip-forward", "127.0.0.1", 8080), ("cancel-tcpip-forward", "127.0.0.1", 8080),
        ("hostkeys-prove-00@openssh.com", b"key"), ("no-more-sessions@openssh.com",), ("nonsense",),
    ):
        connection.send(GLOBAL_REQUEST, name, True, *fields)
        connection.receive(REQUEST_FAILURE)
    connection.send(GLOBAL_REQUEST, "no-more-sessions@openssh.com", False)
    connection.send(GLOBAL_REQUEST, "keepalive@openssh.com", True)
    connection.receive(REQUEST_SUCCESS, REQUEST_FAILURE)
    connection.request(channel, "keepalive@openssh.com", succeeds=False)
    for kind, *fields in (
        ("forwarded-tcpip", "127.0.0.1", 80, "127.0.0.1", 1),
        ("direct-streamlocal@openssh.com", "/tmp/socket", "", 0), ("x11", "127.0.0.1", 1),
        ("auth-agent@openssh.com",), ("nonsense",),
    ):
        connection.send(OPEN, kind, 77, 1 << 20, 1 << 15, *fields)
        _, packet = connection.receive(OPEN_FAILURE)
        assert packet.get_int() == 77
    # And through all that the channel has not noticed anything.
    connection.send(DATA, channel, b"still here")
    _, packet = connection.receive(DATA)
    packet.get_int()
    assert packet.get_string() == b"still here"


def half_close(port):
    """EOF of the client ends the input; output goes on."""
    connection = Connection(port).log_in()
    channel = connection.run("count")
    connection.send(DATA, channel, b"x" * 1000)
    connection.send(EOF, channel)
    assert text_of(connection) == "1000 bytes, then end of input\n"


def early_data(port):
    """OpenSSH's sftp sends its first bytes before it knows that the subsystem is there."""
    connection = Connection(port).log_in()
    channel = connection.open_session()
    connection.send(DATA, channel, b"early")
    connection.send(REQUEST, channel, "exec", True, "count")
    connection.send(DATA, channel, b"bird")
    connection.send(EOF, channel)
    assert text_of(connection) == "9 bytes, then end of input\n"


def impatient_program(port):
    connection = Connection(port).log_in()
    channel = connection.run("impatient", window=1 << 20)
    start = time.monotonic()
    time.sleep(1)
    connection.send(DATA, channel, b"*")
    while connection.receive(DATA, EOF)[0] != EOF:
        pass
    _, packet = connection.receive(REQUEST)
    assert (packet.get_int(), packet.get_text(), packet.get_boolean()) == (0, "exit-status", False)
    assert packet.get_int() == ord("*")
    assert time.monotonic() - start < 5


def program_that_cancels_all_the_time(port):
    connection = Connection(port).log_in()
    channel = connection.run("nervous")
    for _ in range(1000):
        connection.send(DATA, channel, b"x")
    time.sleep(0.2)
    for _ in range(1000):
        connection.send(DATA, channel, b"x")
    connection.send(EOF, channel)
    assert text_of(connection) == "2000 bytes, then end of input\n"


def many_channels(port):
    connection = Connection(port).log_in()
    channels = {number: connection.run("cat") for number in range(20)}
    connection.send(CLOSE, channels.pop(7))
    assert connection.collect()[0][-1] == CLOSE
    for number, channel in channels.items():
        connection.send(DATA, channel, b"%d" % number)
        _, packet = connection.receive(DATA)
        assert (packet.get_int(), packet.get_string()) == (number, b"%d" % number)


def too_many_channels(port, maximum):
    connection = Connection(port).log_in()
    channels = [connection.open_session() for _ in range(int(maximum))]
    connection.send(OPEN, "session", 99, 1 << 20, 1 << 15)
    connection.receive(OPEN_FAILURE)
    connection.send(CLOSE, channels[0])
    connection.receive(EOF)
    connection.receive(CLOSE)
    connection.open_session()


def closed_in_every_phase(port, count):
    """Channels closed before the start, while reading and while writing are all freed."""
    connection = Connection(port).log_in()
    for number in range(int(count)):
        channel = connection.open_session(window=1000)
        if number % 4 == 1:
            connection.request(channel, "exec", "cat")
        elif number % 4 == 2:
            connection.request(channel, "exec", "flood")
        elif number % 4 == 3:
            connection.request(channel, "exec", "cat")
            connection.send(DATA, channel, b"unread")
            connection.send(EOF, channel)
        connection.send(CLOSE, channel)
        assert connection.collect()[0][-1] == CLOSE


def closing_reaches_the_program(port):
    connection = Connection(port).log_in()
    channel = connection.run("flood", window=100_000)
    connection.receive(DATA)
    connection.send(CLOSE, channel)
    connection.collect()
    channel = connection.run("events")
    connection.send(CLOSE, channel)
    connection.collect()


def interactive_beside_bulk(port):
    """A flooding channel whose client reads slowly does not starve the shell on the same connection."""
    connection = Connection(port, receive_buffer=65536).log_in()
    flood = connection.open_session(window=(1 << 32) - 1)
    shell = connection.open_session()
    connection.send(REQUEST, flood, "exec", True, "flood")
    connection.receive(SUCCESS)
    connection.send(REQUEST, shell, "exec", True, "cat")
    started = False
    echoed = time.monotonic()
    deadline = echoed + PATIENCE
    sent = answered = 0
    while answered < 5:
        assert time.monotonic() < deadline, f"{answered} of {sent} keystrokes came back"
        kind, packet = connection.receive(DATA, SUCCESS)
        if kind == SUCCESS:
            started = True
        elif packet.get_int() == 1:
            answered += 1
        if started and sent == answered:
            connection.send(DATA, shell, b"k")
            sent += 1


def packet_log_of_disconnect(port):
    """A client that says goodbye: the server's channel tasks end."""
    connection = Connection(port).log_in()
    connection.run("events")
    connection.send(DISCONNECT, 11, "bye", "")
    time.sleep(0.3)


def black_hole(port):
    """Logs in, opens a channel, and waits to be stopped."""
    connection = Connection(port).log_in()
    connection.run("events")
    print("ready", flush=True)
    time.sleep(60)


def told_to_go(port, words):
    """An idle connection and one with a running channel, while the server drains."""
    idle = Connection(port).log_in()
    busy = Connection(port).log_in()
    channel = busy.run("cat")
    print("ready", flush=True)
    idle.expect_disconnect(words)
    try:
        Connection(port)
    except OSError:
        pass
    else:
        raise AssertionError("a draining server accepts connections")
    busy.send(DATA, channel, b"still here")
    _, packet = busy.receive(DATA)
    packet.get_int()
    assert packet.get_string() == b"still here"
    print("alive", flush=True)
    busy.expect_disconnect(words)


def ends_with_its_last_channel(port, words):
    busy = Connection(port).log_in()
    channel = busy.run("cat")
    print("ready", flush=True)
    time.sleep(0.5)
    busy.send(EOF, channel)
    assert busy.collect()[0] == [EOF, "exit-status", CLOSE]
    busy.send(CLOSE, channel)
    busy.expect_disconnect(words)


def asks_a_closed_channel(port):
    """As PuTTY does, whose question and the server's CLOSE may pass each other; it takes an answer then for an error."""
    connection = Connection(port).log_in()
    channel = connection.run("say 0")
    connection.collect()
    connection.send(REQUEST, channel, "winadj@putty.projects.tartarus.org", True)
    connection.send(CLOSE, channel)
    connection.run("say 0")
    kinds, out, err = connection.collect()
    assert (out, err) == (b"out\n", b"err\n"), (out, err)


if __name__ == "__main__":
    main(globals())
