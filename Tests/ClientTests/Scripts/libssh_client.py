"""libssh as a client, in the form of ansible-pylibssh: SCRIPT CHECK PORT KEY [ARGUMENT...]."""

import os
import sys
import tempfile

from pylibsshext.errors import LibsshSessionException
from pylibsshext.session import Session

session = Session()
with open(sys.argv[3], "rb") as key:
    session.connect(host="127.0.0.1", port=int(sys.argv[2]), user="edu01", private_key=key.read(), host_key_checking=False)


def command():
    channel = session.new_channel()
    result = channel.exec_command("echo out; echo err >&2; exit 42")
    assert (result.stdout, result.stderr, result.returncode) == (b"out\n", b"err\n", 42), result
    channel.close()


def input():
    channel = session.new_channel()
    channel.request_exec("sort; echo ended")
    channel.sendall(b"b\na\n")
    channel.send_eof()
    seen = b""
    while not seen.endswith(b"ended\n"):
        seen += channel.read_bulk_response(timeout=0.2, retry=2) or b""
    assert seen == b"a\nb\nended\n", seen
    channel.close()


def sftp():
    data = os.urandom(3_000_000)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "file")
        with open(path, "wb") as file:
            file.write(data)
        files = session.sftp()
        files.put(path, "libssh file")
        files.get("libssh file", path + ".back")
        files.close()
        with open(path + ".back", "rb") as file:
            assert file.read() == data


def scp():
    data = os.urandom(300_000)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "file")
        with open(path, "wb") as file:
            file.write(data)
        files = session.scp()
        files.put(path, "libssh scp")
        files.get("libssh scp", path + ".back")
        with open(path + ".back", "rb") as file:
            assert file.read() == data


globals()[sys.argv[1]](*sys.argv[4:])
session.close()
