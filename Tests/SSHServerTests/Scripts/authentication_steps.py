"""Checks of authentication in steps (RFC 4252 §5.1) and of keyboard-interactive (RFC 4256)."""

import asyncio

from rawssh import *

INFO_REQUEST, INFO_RESPONSE = 60, 61
USER = "twofold"


def ready(port, user=USER):
    connection = Connection(port, user=user)
    connection.request_service()
    return connection


def failure(connection):
    """The methods that can continue, and whether something has succeeded."""
    _, packet = connection.receive(AUTH_FAILURE)
    return packet.get_text().split(","), packet.get_boolean()


def ask(connection):
    """Asks to be asked: the instruction, and the prompts with their echo."""
    connection.authenticate("keyboard-interactive", "", "")
    _, packet = connection.receive(INFO_REQUEST)
    name, instruction, language = packet.get_text(), packet.get_text(), packet.get_text()
    assert (name, language) == ("", ""), (name, language)
    return instruction, [(packet.get_text(), packet.get_boolean()) for _ in range(packet.get_int())]


def say(connection, *answers):
    connection.send(INFO_RESPONSE, len(answers), *answers)


def partial_success(port):
    connection = ready(port)
    connection.authenticate("none")
    assert failure(connection) == (["publickey", "keyboard-interactive", "password"], False)
    connection.authenticate("password", False, "wrong")
    assert failure(connection) == (["publickey", "keyboard-interactive", "password"], False)
    connection.authenticate("password", False, "secret")
    assert failure(connection) == (["keyboard-interactive"], True)
    # What is done cannot be done again in place of the second step.
    connection.authenticate("password", False, "secret")
    assert failure(connection) == (["keyboard-interactive"], False)
    connection.authenticate("none")
    assert failure(connection) == (["keyboard-interactive"], False)
    assert ask(connection) == ("Look at your app.", [("Verification code: ", False)])
    say(connection, "000000")
    assert failure(connection) == (["keyboard-interactive"], False)
    assert ask(connection) == ("Look at your app.", [("Verification code: ", False)])
    say(connection, "123456")
    connection.receive(AUTH_SUCCESS)
    assert connection.open_session() is not None


def other_user(port):
    connection = ready(port)
    connection.authenticate("password", False, "secret")
    assert failure(connection) == (["keyboard-interactive"], True)
    # In the middle of being asked: the question is off.
    ask(connection)
    connection.user = "edu01"
    connection.authenticate("none")
    assert failure(connection) == (["publickey", "password"], False)
    # Another one who needs a code has done no step.
    connection.user = "two"
    assert ask(connection) == ("", [("Password: ", False), ("Verification code: ", False)])
    say(connection, "123456")
    assert failure(connection) == (["publickey", "keyboard-interactive", "password"], False)
    connection.authenticate("password", False, "secret")
    assert failure(connection) == (["keyboard-interactive"], True)
    ask(connection)
    connection.user = "edu01"
    connection.authenticate("password", False, "wrong")
    assert failure(connection) == (["publickey", "password"], False)
    say(connection, "123456")
    connection.expect_disconnect("nobody has asked")


def same_user_again(port):
    """What was done before a request with another name, which nobody is asked about, does not count any more."""
    connection = ready(port)
    connection.authenticate("password", False, "secret")
    assert failure(connection) == (["keyboard-interactive"], True)
    connection.user = "edu01"
    connection.authenticate("none")
    assert failure(connection) == (["publickey", "password"], False)
    connection.user = USER
    assert ask(connection) == ("", [("Password: ", False), ("Verification code: ", False)])
    say(connection, "123456")
    assert failure(connection) == (["publickey", "keyboard-interactive", "password"], False)


def not_offered(port):
    connection = ready(port, user="edu01")
    for _ in range(2):
        connection.authenticate("keyboard-interactive", "", "")
        assert failure(connection) == (["publickey", "password"], False)
    connection.authenticate("password", False, "secret")
    connection.receive(AUTH_SUCCESS)


def begins_with_key_only(port):
    connection = ready(port)
    connection.authenticate("none")
    assert failure(connection) == (["publickey"], False)
    connection.authenticate("keyboard-interactive", "", "")
    assert failure(connection) == (["publickey"], False)


def wrong_answers(port, maximum):
    connection = ready(port)
    answers = [["secret"], ["123456", "123456"], ["secret", "123456", ""]]
    for given in answers[: int(maximum) - 1]:
        ask(connection)
        say(connection, *given)
        failure(connection)
    ask(connection)
    say(connection)
    connection.expect_disconnect("too many authentication failures")


def unasked_answers(port):
    connection = ready(port)
    connection.authenticate("none")
    failure(connection)
    say(connection, "unasked")
    connection.expect_gone()


def answers_twice(port):
    connection = ready(port)
    ask(connection)
    say(connection, "secret", "000000")
    failure(connection)
    say(connection, "unasked")
    connection.expect_gone()


def damaged_answers(port):
    """libssh drops these without a word; the login goes on, or ends, but does not hang."""
    connection = ready(port)
    ask(connection)
    connection.send(INFO_RESPONSE, 3, "x" * 100)
    kind, _ = connection.receive(AUTH_FAILURE, DISCONNECT, GONE)
    if kind == AUTH_FAILURE:
        ask(connection)
        say(connection, "secret", "123456")
        connection.receive(AUTH_SUCCESS)


def paramiko_client(port):
    transport = paramiko.Transport(("127.0.0.1", port))
    transport.start_client(timeout=PATIENCE)
    assert transport.auth_password(USER, "secret") == ["keyboard-interactive"]
    asked = []

    def answer(title, instruction, prompts):
        asked.extend([title, instruction, *prompts])
        return ["123456"]

    transport.auth_interactive(USER, answer)
    assert transport.is_authenticated()
    assert asked == ["", "Look at your app.", ("Verification code: ", False)], asked
    transport.close()


def asyncssh_client(port, key):
    import asyncssh

    class Client(asyncssh.SSHClient):
        def __init__(self):
            self.asked = []

        def kbdint_auth_requested(self):
            return ""

        def kbdint_challenge_received(self, name, instructions, language, prompts):
            self.asked += [prompt for prompt, _ in prompts]
            return ["123456" if "code" in prompt else "secret" for prompt, _ in prompts]

    async def log_in(keys, expected):
        connection, client = await asyncssh.create_connection(
            Client, "127.0.0.1", port, username=USER, known_hosts=None, client_keys=keys, config=None, agent_path=None)
        async with connection:
            assert (await connection.run("exit 7")).exit_status == 7
        assert client.asked == expected, client.asked

    asyncio.run(log_in([key], ["Verification code: "]))
    asyncio.run(log_in(None, ["Password: ", "Verification code: "]))


if __name__ == "__main__":
    main(globals())
