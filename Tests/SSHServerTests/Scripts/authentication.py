"""Checks of user authentication (RFC 4252)."""

import base64
import hashlib
import struct
import time

from rawssh import *

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def string(value):
    return struct.pack(">I", len(value)) + value


def mpint(value):
    return string(value.to_bytes(value.bit_length() // 8 + 1, "big"))


def public_bytes(key):
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def ready(port, **options):
    connection = Connection(port, **options)
    connection.request_service()
    return connection


def password_proves_in(connection):
    connection.authenticate("password", False, "secret")
    connection.receive(AUTH_SUCCESS)


def none_lists(port, *methods):
    connection = ready(port)
    connection.authenticate("none")
    assert connection.methods_after_failure() == list(methods)


def password(port):
    connection = ready(port)
    connection.authenticate("password", False, "wrong")
    connection.methods_after_failure()
    password_proves_in(connection)
    assert connection.open_session() is not None


def password_is_refused(port):
    connection = ready(port)
    for _ in range(2):
        connection.authenticate("password", False, "secret")
        assert connection.methods_after_failure() == ["publickey"]
    connection.authenticate("keyboard-interactive", "", "")
    assert connection.methods_after_failure() == ["publickey"]


def key_is_refused(port):
    connection = ready(port)
    key = Ed25519PrivateKey.generate()
    blob = string(b"ssh-ed25519") + string(public_bytes(key))
    connection.authenticate("publickey", False, "ssh-ed25519", blob)
    assert connection.methods_after_failure() == ["password"]
    sign(connection, key, blob, "ssh-ed25519")
    assert connection.methods_after_failure() == ["password"]


def session_signature_data(connection, algorithm, blob):
    transport = connection.transport
    return string(transport.session_id) + message(
        AUTH_REQUEST, connection.user, "ssh-connection", "publickey", True, algorithm, blob
    ).asbytes()


def sign(connection, key, blob, algorithm, spoil=False):
    signature = key.sign(session_signature_data(connection, algorithm, blob))
    if spoil:
        signature = signature[:-1] + bytes([signature[-1] ^ 1])
    connection.authenticate(
        "publickey", True, algorithm, blob, string(algorithm.encode()) + string(signature))


def pending(port, count):
    """Logs in `count` times to a server that never answers, then says so and stays."""
    connections = []
    for _ in range(int(count)):
        connection = ready(port, user="never")
        connection.authenticate("password", False, "secret")
        connections.append(connection)
    time.sleep(0.2)
    echo_works(port)
    assert all(connection.packets.empty() for connection in connections)


def too_many_tries(port, maximum):
    connection = ready(port)
    for _ in range(int(maximum) - 1):
        connection.authenticate("password", False, "wrong")
        connection.methods_after_failure()
    connection.authenticate("password", False, "wrong")
    connection.expect_disconnect("too many authentication failures")


def waits_for_login(port, words):
    ready(port).expect_disconnect(words)


def packet_flood(port):
    connection = ready(port)
    try:
        for _ in range(1000):
            connection.authenticate("none")
    except (paramiko.SSHException, EOFError, OSError):
        pass
    for _ in range(1000):
        kind, _ = connection.receive(AUTH_FAILURE, DISCONNECT, GONE)
        if kind != AUTH_FAILURE:
            return
    raise AssertionError("the server answers without end")


def strange_keys(port, certificate):
    """Kinds of keys that cannot be verified in full get FAILURE, offered or proven, and the next method works."""
    connection = ready(port)
    with open(certificate) as file:
        algorithm, text = file.read().split()[:2]
    connection.authenticate("publickey", False, algorithm, base64.b64decode(text))
    connection.methods_after_failure(timeout=2)

    name = "sk-ssh-ed25519@openssh.com"
    key = Ed25519PrivateKey.generate()
    blob = string(name.encode()) + string(public_bytes(key)) + string(b"ssh:")
    connection.authenticate("publickey", False, name, blob)
    connection.methods_after_failure(timeout=2)
    data = session_signature_data(connection, name, blob)
    flags_and_counter = b"\1" + struct.pack(">I", 7)
    proof = key.sign(hashlib.sha256(b"ssh:").digest() + flags_and_counter + hashlib.sha256(data).digest())
    connection.authenticate(
        "publickey", True, name, blob, string(name.encode()) + string(proof) + flags_and_counter)
    connection.methods_after_failure(timeout=2)

    unknown = string(b"ssh-unheard-of@example.org") + string(bytes(32))
    connection.authenticate("publickey", False, "ssh-unheard-of@example.org", unknown)
    connection.methods_after_failure(timeout=2)
    password_proves_in(connection)


def wrong_signature(port):
    connection = ready(port)
    key = Ed25519PrivateKey.generate()
    blob = string(b"ssh-ed25519") + string(public_bytes(key))
    connection.authenticate("publickey", False, "ssh-ed25519", blob)
    connection.receive(AUTH_PK_OK)
    sign(connection, key, blob, "ssh-ed25519", spoil=True)
    connection.methods_after_failure(timeout=2)
    password_proves_in(connection)


def only_wrong_signatures(port, maximum):
    connection = ready(port)
    connection.authenticate("none")
    connection.methods_after_failure()
    key = Ed25519PrivateKey.generate()
    blob = string(b"ssh-ed25519") + string(public_bytes(key))
    for _ in range(int(maximum) - 1):
        sign(connection, key, blob, "ssh-ed25519", spoil=True)
        connection.methods_after_failure(timeout=2)
    sign(connection, key, blob, "ssh-ed25519", spoil=True)
    connection.expect_disconnect("too many authentication failures", timeout=2)


def wrong_signature_first(port):
    connection = ready(port)
    key = Ed25519PrivateKey.generate()
    blob = string(b"ssh-ed25519") + string(public_bytes(key))
    sign(connection, key, blob, "ssh-ed25519", spoil=True)
    connection.expect_disconnect("signature is wrong", timeout=2)


def rsa_with_sha1(port):
    connection = ready(port)
    key = rsa.generate_private_key(65537, 2048)
    numbers = key.public_key().public_numbers()
    blob = string(b"ssh-rsa") + mpint(numbers.e) + mpint(numbers.n)
    connection.authenticate("none")
    connection.methods_after_failure()

    def prove(algorithm, digest):
        signature = key.sign(session_signature_data(connection, algorithm, blob), padding.PKCS1v15(), digest)
        connection.authenticate("publickey", True, algorithm, blob, string(algorithm.encode()) + string(signature))

    prove("ssh-rsa", hashes.SHA1())
    connection.methods_after_failure(timeout=2)
    prove("rsa-sha2-256", hashes.SHA256())
    connection.receive(AUTH_SUCCESS)


def pipelined(port):
    """Requests sent without waiting are all answered, in their order."""
    connection = ready(port)
    connection.authenticate("password", False, "wrong")
    connection.authenticate("none")
    connection.authenticate("password", False, "wrong")
    connection.authenticate("password", False, "secret")
    for _ in range(3):
        connection.methods_after_failure(timeout=2)
    connection.receive(AUTH_SUCCESS, timeout=2)


def ignored_packets(port):
    """Keepalives of a client whose user is still typing are neither tries nor a reason to go."""
    connection = ready(port)
    connection.authenticate("none")
    connection.methods_after_failure()
    for _ in range(20):
        connection.send(IGNORE, "")
        connection.send(IGNORE, "keep me alive")
    time.sleep(0.3)
    assert connection.packets.empty()
    password_proves_in(connection)


def gssapi(port):
    """A method that libssh answers by itself: refused at once, and a login by password still works."""
    connection = ready(port)
    connection.authenticate("none")
    connection.methods_after_failure()
    kerberos = bytes.fromhex("06092a864886f712010202")
    start = time.monotonic()
    for _ in range(8):
        connection.authenticate("gssapi-with-mic", 1, kerberos)
        connection.methods_after_failure(timeout=2)
    assert time.monotonic() - start < 2
    password_proves_in(connection)


def unknown_service(port):
    connection = Connection(port)
    connection.send(SERVICE_REQUEST, "ssh-connection")
    connection.expect_disconnect("no service ssh-connection")


if __name__ == "__main__":
    main(globals())
