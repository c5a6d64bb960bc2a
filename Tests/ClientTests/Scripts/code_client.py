"""Logins with a key and a code: SCRIPT CHECK PORT KEY CODE."""

import sys

port, key, code = int(sys.argv[2]), sys.argv[3], sys.argv[4]


def with_paramiko():
    import paramiko

    transport = paramiko.Transport(("127.0.0.1", port))
    transport.start_client(timeout=20)
    assert transport.auth_publickey("edu01", paramiko.Ed25519Key(filename=key)) == ["keyboard-interactive"]
    transport.auth_interactive("edu01", lambda title, instruction, prompts: [code for _ in prompts])
    channel = transport.open_session()
    channel.exec_command("exit 7")
    assert channel.recv_exit_status() == 7
    transport.close()


def with_asyncssh():
    import asyncio

    import asyncssh

    class Client(asyncssh.SSHClient):
        def kbdint_auth_requested(self):
            return ""

        def kbdint_challenge_received(self, name, instructions, language, prompts):
            return [code for _ in prompts]

    async def log_in():
        connection, _ = await asyncssh.create_connection(
            Client, "127.0.0.1", port, username="edu01", known_hosts=None, client_keys=[key], config=None)
        async with connection:
            assert (await connection.run("exit 7")).exit_status == 7

    asyncio.run(log_in())


globals()["with_" + sys.argv[1]]()
