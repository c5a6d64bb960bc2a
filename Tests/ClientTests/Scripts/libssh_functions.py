"""libssh as a client, by its C functions: SCRIPT CHECK PORT KEY [ARGUMENT...] returns when all was as it should be."""

import ctypes
import sys
from ctypes import POINTER, byref, c_char_p, c_int, c_uint32, c_void_p

library = ctypes.CDLL("libssh.so.4")
OK, ERROR = 0, -1
# enum ssh_options_e
HOST, PORT, USER = 0, 2, 4


def function(name, *arguments, result=c_int):
    found = getattr(library, name)
    found.argtypes, found.restype = arguments, result
    return found


set_option = function("ssh_options_set", c_void_p, c_int, c_char_p)
import_key = function("ssh_pki_import_privkey_file", c_char_p, c_char_p, c_void_p, c_void_p, POINTER(c_void_p))
log_in = function("ssh_userauth_publickey", c_void_p, c_char_p, c_void_p)
new_channel = function("ssh_channel_new", c_void_p, result=c_void_p)
open_session = function("ssh_channel_open_session", c_void_p)
request_exec = function("ssh_channel_request_exec", c_void_p, c_char_p)
request_subsystem = function("ssh_channel_request_subsystem", c_void_p, c_char_p)
request_agent = function("ssh_channel_request_auth_agent", c_void_p)
request_x11 = function("ssh_channel_request_x11", c_void_p, c_int, c_char_p, c_char_p, c_int)
read = function("ssh_channel_read", c_void_p, c_char_p, c_uint32, c_int)
write = function("ssh_channel_write", c_void_p, c_char_p, c_uint32)
exit_status = function("ssh_channel_get_exit_status", c_void_p)
open_forward = function("ssh_channel_open_forward", c_void_p, c_char_p, c_int, c_char_p, c_int)
open_socket = function("ssh_channel_open_forward_unix", c_void_p, c_char_p, c_char_p, c_int)
listen_forward = function("ssh_channel_listen_forward", c_void_p, c_char_p, c_int, POINTER(c_int))

session = function("ssh_new", result=c_void_p)()
for option, value in ((HOST, b"127.0.0.1"), (PORT, sys.argv[2].encode()), (USER, b"edu01")):
    assert set_option(session, option, value) == OK
assert function("ssh_connect", c_void_p)(session) == OK
key = c_void_p()
assert import_key(sys.argv[3].encode(), None, None, None, byref(key)) == OK
assert log_in(session, None, key) == OK


def session_channel():
    channel = new_channel(session)
    assert open_session(channel) == OK
    return channel


def read_all(channel, is_error=0):
    words, piece = b"", ctypes.create_string_buffer(4096)
    while (count := read(channel, piece, len(piece), is_error)) > 0:
        words += piece.raw[:count]
    return words


def goes_on(channel=None, command=b"echo alive"):
    channel = channel or session_channel()
    assert request_exec(channel, command + b"; exit 7") == OK
    words = read_all(channel)
    assert exit_status(channel) == 7
    return words


def forwarding(port):
    for number in range(5):
        channel = new_channel(session)
        assert open_forward(channel, b"localhost", int(port), b"127.0.0.1", 4711) == OK
        line = b"line %d\n" % number
        assert write(channel, line, len(line)) == len(line)
        back = ctypes.create_string_buffer(len(line))
        assert read(channel, back, len(line), 0) == len(line) and back.raw == line
        function("ssh_channel_close", c_void_p)(channel)


def refused_remote_forwarding():
    assert listen_forward(session, b"", 0, None) == ERROR
    goes_on()


def refused_agent():
    channel = session_channel()
    # libssh does not wait for an answer to this one.
    request_agent(channel)
    assert goes_on(channel, b"echo ${SSH_AUTH_SOCK:-none}") == b"none\n"
    goes_on()


def refused_x11():
    channel = session_channel()
    assert request_x11(channel, 0, None, None, 0) == ERROR
    assert goes_on(channel, b"echo ${DISPLAY:-none}") == b"none\n"
    goes_on()


def refused_socket():
    assert open_socket(new_channel(session), b"/tmp/socket", b"127.0.0.1", 4711) == ERROR
    goes_on()


def refused_subsystem():
    channel = session_channel()
    assert request_subsystem(channel, b"netconf") == OK
    assert b"netconf" in read_all(channel, is_error=1)
    assert exit_status(channel) > 0
    goes_on()


def refused_destination():
    for host, port in ((b"10.0.0.1", 80), (b"localhost", 9)):
        assert open_forward(new_channel(session), host, port, b"127.0.0.1", 4711) == ERROR
    goes_on()


globals()[sys.argv[1]](*sys.argv[4:])
