"""Checks of forwarded connections (RFC 4254 section 7), packet by packet."""

from rawssh import *

DEBUG = 4


def open_forwarding(connection, port, window=1 << 21, host="localhost"):
    connection.send(OPEN, "direct-tcpip", connection.next_channel, window, 1 << 15, host, port, "127.0.0.1", 4711)
    connection.next_channel += 1


def confirmed(connection):
    """Returns the server's number of the channel."""
    _, packet = connection.receive(OPEN_CONFIRMATION)
    packet.get_int()
    return packet.get_int()


def echo(port):
    connection = Connection(port).log_in()
    open_forwarding(connection, 7)
    channel = confirmed(connection)
    connection.send(DATA, channel, b"ping")
    _, packet = connection.receive(DATA)
    packet.get_int()
    assert packet.get_string() == b"ping"
    connection.send(EOF, channel)
    kinds, out, _ = connection.collect()
    assert (kinds, out) == ([EOF, CLOSE], b""), kinds
    connection.send(CLOSE, channel)
    echo_works(port)


def confirmed_when_connected(port):
    connection = Connection(port).log_in()
    start = time.monotonic()
    open_forwarding(connection, 2)
    confirmed(connection)
    assert time.monotonic() - start > 0.25
    kinds, out, _ = connection.collect()
    assert (kinds, out) == ([DATA, EOF, CLOSE], b"slowly connected\n"), (kinds, out)


def refused_with_the_reason(port):
    connection = Connection(port).log_in()
    open_forwarding(connection, 1)
    _, packet = connection.receive(DEBUG)
    assert packet.get_boolean()
    text = packet.get_text()
    assert text == "labgate: nothing listens on port 1", text
    _, packet = connection.receive(OPEN_FAILURE)
    assert packet.get_int() == 0
    assert packet.get_int() == 1, "administratively prohibited is all that libssh can say"
    open_forwarding(connection, 7)
    confirmed(connection)


def a_stalled_one_stalls_no_other(port):
    connection = Connection(port).log_in()
    # One that is never read from, and one that never reads.
    open_forwarding(connection, 19, window=1000)
    confirmed(connection)
    connection.receive(DATA)
    open_forwarding(connection, 9)
    deaf = confirmed(connection)
    for _ in range(30):
        connection.send(DATA, deaf, bytes(32000))
    open_forwarding(connection, 7)
    channel = confirmed(connection)
    for number in range(100):
        connection.send(DATA, channel, b"%d" % number)
        _, packet = connection.receive(DATA)
        assert packet.get_int() == 2
        assert packet.get_string() == b"%d" % number


def too_many(port, maximum):
    connection = Connection(port).log_in()
    channels = []
    for _ in range(int(maximum)):
        open_forwarding(connection, 7)
        channels.append(confirmed(connection))
    open_forwarding(connection, 7)
    connection.receive(OPEN_FAILURE)
    # They are counted apart from session channels.
    connection.next_channel = 100
    connection.open_session()
    connection.send(CLOSE, channels[0])
    connection.receive(EOF)
    connection.receive(CLOSE)
    open_forwarding(connection, 7)
    confirmed(connection)


def gone_while_connecting(port):
    connection = Connection(port).log_in()
    open_forwarding(connection, 2)
    open_forwarding(connection, 3)
    time.sleep(0.1)
    connection.close()


def gone_while_open(port):
    connection = Connection(port).log_in()
    for service in (7, 9, 19):
        open_forwarding(connection, service, window=1000)
        connection.receive(OPEN_CONFIRMATION, DATA)
    connection.close()


if __name__ == "__main__":
    main(globals())
