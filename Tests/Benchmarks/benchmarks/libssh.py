"""libssh's client through ctypes: the same small client for every SSH server, and no process per login."""

import ctypes

_library = ctypes.CDLL("libssh.so.4")

# enum ssh_options_e, and return codes of libssh.h.
_HOST, _PORT_STR, _USER, _TIMEOUT = 0, 2, 4, 9
_CIPHERS_OUT, _CIPHERS_IN, _COMPRESSION, _KEY_EXCHANGE, _NODELAY, _PROCESS_CONFIG = 15, 16, 22, 24, 36, 38
_OK, _AUTH_SUCCESS = 0, 0

# The cipher of every measurement: chosen by each of the servers, and the fastest that all have.
CIPHER = "aes256-gcm@openssh.com"
# After this many milliseconds without an answer a measurement fails.
PATIENCE_MS = 60_000


def _declare():
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    for name, result, arguments in [
        ("ssh_new", pointer, []),
        ("ssh_free", None, [pointer]),
        ("ssh_disconnect", None, [pointer]),
        ("ssh_options_set", number, [pointer, number, pointer]),
        ("ssh_connect", number, [pointer]),
        ("ssh_get_error", text, [pointer]),
        ("ssh_userauth_publickey", number, [pointer, text, pointer]),
        ("ssh_userauth_password", number, [pointer, text, text]),
        ("ssh_pki_import_privkey_file", number, [text, text, pointer, pointer, ctypes.POINTER(pointer)]),
        ("ssh_channel_new", pointer, [pointer]),
        ("ssh_channel_free", None, [pointer]),
        ("ssh_channel_open_session", number, [pointer]),
        ("ssh_channel_request_pty_size", number, [pointer, text, number, number]),
        ("ssh_channel_request_exec", number, [pointer, text]),
        ("ssh_channel_write", number, [pointer, text, ctypes.c_uint32]),
        ("ssh_channel_read_timeout", number, [pointer, text, ctypes.c_uint32, number, number]),
        ("ssh_channel_poll", number, [pointer, number]),
    ]:
        function = getattr(_library, name)
        function.restype, function.argtypes = result, arguments


_declare()


class Key:
    """A private key, read once."""

    def __init__(self, path):
        self.pointer = ctypes.c_void_p()
        if _library.ssh_pki_import_privkey_file(path.encode(), None, None, None, ctypes.byref(self.pointer)) != _OK:
            raise OSError(f"libssh cannot read {path}")


class Connection:
    """A connection to a server on 127.0.0.1, whose host key is not checked; authenticated if there is a key."""

    def __init__(self, port, user, key=None):
        self._session = _library.ssh_new()
        for option, value in [
            (_HOST, "127.0.0.1"), (_PORT_STR, str(port)), (_USER, user), (_CIPHERS_OUT, CIPHER), (_CIPHERS_IN, CIPHER),
            (_COMPRESSION, "no"), (_KEY_EXCHANGE, "curve25519-sha256"),
        ]:
            self._set(option, ctypes.c_char_p(value.encode()))
        for option, value in [(_NODELAY, ctypes.c_int(1)), (_PROCESS_CONFIG, ctypes.c_bool(False))]:
            self._set(option, ctypes.byref(value))
        self._set(_TIMEOUT, ctypes.byref(ctypes.c_long(PATIENCE_MS // 1000)))
        self._check(_library.ssh_connect(self._session) == _OK, "connect")
        if key:
            self._check(_library.ssh_userauth_publickey(self._session, None, key.pointer) == _AUTH_SUCCESS, "log in")

    def guess(self, password):
        """Whether it is the user's password."""
        return _library.ssh_userauth_password(self._session, None, password.encode()) == _AUTH_SUCCESS

    def start(self, command, terminal=False):
        """Runs a command on a new session channel."""
        channel = _library.ssh_channel_new(self._session)
        self._check(_library.ssh_channel_open_session(channel) == _OK, "open a channel")
        if terminal:
            self._check(_library.ssh_channel_request_pty_size(channel, b"xterm", 80, 24) == _OK, "get a terminal")
        self._check(_library.ssh_channel_request_exec(channel, command.encode()) == _OK, "run a command")
        return Channel(channel)

    def close(self):
        _library.ssh_disconnect(self._session)
        _library.ssh_free(self._session)

    def _set(self, option, value):
        self._check(_library.ssh_options_set(self._session, option, value) == _OK, f"set option {option}")

    def _check(self, is_fine, what):
        if not is_fine:
            raise OSError(f"libssh cannot {what}: {_library.ssh_get_error(self._session).decode(errors='replace')}")


class Channel:
    """A session channel. Lives no longer than its connection."""

    def __init__(self, pointer):
        self._pointer = pointer
        self._buffer = ctypes.create_string_buffer(4096)

    def write(self, data):
        if _library.ssh_channel_write(self._pointer, data, len(data)) != len(data):
            raise OSError("the channel takes no input")

    def read(self, patience_ms=PATIENCE_MS):
        """The next piece of output."""
        count = _library.ssh_channel_read_timeout(self._pointer, self._buffer, 4096, 0, patience_ms)
        if count <= 0:
            raise OSError(f"no output on the channel ({count})")
        return self._buffer.raw[:count]

    def errors(self):
        """What has come on the other stream, up to a buffer's length."""
        count = _library.ssh_channel_read_timeout(self._pointer, self._buffer, 4096, 1, 0)
        return self._buffer.raw[:max(0, count)].decode(errors="replace")

    def answer(self):
        """Lets libssh answer what the server has asked meanwhile, such as whether the client is still there."""
        _library.ssh_channel_poll(self._pointer, 0)
