"""Paramiko as a client: SCRIPT CHECK PORT KEY [ARGUMENT...] returns when all was as it should be."""

import io
import os
import sys
import time

import paramiko
from paramiko.agent import AgentRequestHandler

client = paramiko.SSHClient()
client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
client.connect(
    "127.0.0.1", int(sys.argv[2]), "edu01", key_filename=sys.argv[3], allow_agent=False, look_for_keys=False)


def command():
    _, out, err = client.exec_command("echo out; echo err >&2; exit 42")
    assert (out.read(), err.read(), out.channel.recv_exit_status()) == (b"out\n", b"err\n", 42)


def empty():
    """OpenSSH's client cannot send an empty command."""
    _, out, err = client.exec_command("")
    assert (out.read(), err.read(), out.channel.recv_exit_status()) == (b"", b"", 0)


def input():
    stdin, out, _ = client.exec_command("sort")
    stdin.write("b\na\n")
    stdin.channel.shutdown_write()
    assert (out.read(), out.channel.recv_exit_status()) == (b"a\nb\n", 0)


def terminal():
    channel = client.invoke_shell(term="xterm-256color", width=101, height=41)
    channel.settimeout(20)
    lines = channel.makefile("r")
    channel.send(b"stty size; echo do''ne\r")
    seen = []
    while "done" not in seen:
        seen.append(next(lines).strip())
    assert any(line.endswith("41 101") for line in seen), seen
    channel.resize_pty(90, 30)
    time.sleep(0.5)
    channel.send(b"stty size; exit 3\r")
    seen = [line.strip() for line in lines]
    assert any(line.endswith("30 90") for line in seen), seen
    assert channel.recv_exit_status() == 3


def environment():
    _, out, _ = client.exec_command("echo $LC_TEST", environment={"LC_TEST": "a b"})
    assert out.read() == b"a b\n"


def channels():
    running = [client.exec_command(f"sleep 0.2; echo {n}; exit {n}")[1] for n in range(10)]
    for number, out in enumerate(running):
        assert (out.read(), out.channel.recv_exit_status()) == (b"%d\n" % number, number)


def keepalive():
    client.get_transport().set_keepalive(1)
    _, out, _ = client.exec_command("sleep 3; echo alive")
    assert out.read() == b"alive\n"


def rekeying():
    transport = client.get_transport()
    transport.packetizer.REKEY_BYTES = 1 << 20
    # Paramiko stalls where the end of a channel meets new keys, so they are kept apart.
    _, out, _ = client.exec_command("head -c 20000000 /dev/zero; sleep 1")
    count = 0
    while data := out.read(1 << 16):
        count += len(data)
    assert count == 20_000_000, count
    while not out.channel.closed:
        time.sleep(0.05)
    transport.renegotiate_keys()
    _, out, _ = client.exec_command("echo again")
    assert out.read() == b"again\n"


def sftp():
    data = os.urandom(3_000_000)
    with client.open_sftp() as files:
        files.putfo(io.BytesIO(data), "paramiko file")
        back = io.BytesIO()
        files.getfo("paramiko file", back)
        assert back.getvalue() == data
        files.rename("paramiko file", "renamed")
        files.remove("renamed")


def forwarding(port):
    for number in range(5):
        channel = client.get_transport().open_channel("direct-tcpip", ("localhost", int(port)), ("127.0.0.1", 4711))
        channel.settimeout(20)
        channel.sendall(b"line %d\n" % number)
        assert channel.makefile("rb").readline() == b"line %d\n" % number
        channel.close()


def goes_on(command="echo alive"):
    _, out, _ = client.exec_command(f"{command}; exit 7")
    words, status = out.read(), out.channel.recv_exit_status()
    assert status == 7, status
    return words


def refused(error, wish, *arguments, **options):
    try:
        wish(*arguments, **options)
    except error:
        return
    raise AssertionError("it was granted")


def refused_remote_forwarding():
    refused(paramiko.SSHException, client.get_transport().request_port_forward, "", 0)
    goes_on()


def refused_agent():
    channel = client.get_transport().open_session()
    AgentRequestHandler(channel)
    channel.exec_command("echo ${SSH_AUTH_SOCK:-none}; exit 7")
    assert (channel.makefile("rb").read(), channel.recv_exit_status()) == (b"none\n", 7)
    goes_on()


def refused_x11():
    channel = client.get_transport().open_session()
    refused(paramiko.SSHException, channel.request_x11, handler=lambda *_: None)
    goes_on()


def refused_socket():
    refused(paramiko.ChannelException, client.get_transport().open_channel, "direct-streamlocal@openssh.com")
    goes_on()


def refused_subsystem():
    channel = client.get_transport().open_session()
    channel.invoke_subsystem("netconf")
    assert b"netconf" in channel.makefile_stderr("rb").read()
    assert channel.recv_exit_status() != 0
    goes_on()


def refused_destination():
    for place in [("10.0.0.1", 80), ("localhost", 9)]:
        refused(
            paramiko.ChannelException, client.get_transport().open_channel, "direct-tcpip", place, ("127.0.0.1", 4711))
    goes_on()


def refused_global_request():
    assert client.get_transport().global_request("unknown@example.com") is None
    # Without an answer wanted there is none.
    client.get_transport().global_request("unknown@example.com", wait=False)
    goes_on()


globals()[sys.argv[1]](*sys.argv[4:])
client.close()
