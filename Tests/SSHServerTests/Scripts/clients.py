"""asyncssh as a client: a second implementation besides OpenSSH and paramiko."""

import asyncio
import sys

try:
    import asyncssh
except ImportError as error:
    sys.exit(f"these tests need the Python package asyncssh (pip install asyncssh): {error}")


def connect(port, **options):
    return asyncssh.connect(
        "127.0.0.1", port, username="edu01", password="secret", known_hosts=None, client_keys=None, config=None,
        **options)


async def session(port):
    async with connect(port) as connection:
        result = await connection.run("say 3")
        assert (result.stdout, result.stderr, result.exit_status) == ("out\n", "err\n", 3), result
        result = await connection.run("signal TERM")
        assert result.exit_signal[0] == "TERM", result.exit_signal
        result = await connection.run("count", input="x" * 5000)
        assert result.stdout == "5000 bytes, then end of input\n"
        process = await connection.create_process(
            "events", term_type="xterm", term_size=(90, 30), encoding="utf-8")
        process.change_terminal_size(91, 31)
        assert await process.stdout.readline() == "size 91x31\n"
        process.send_signal("USR1")
        assert await process.stdout.readline() == "signal USR1\n"
        process.close()
        await process.wait_closed()


async def bulk(port, megabytes):
    """Both ways at once on several channels, with keys exchanged anew all the time."""
    block = bytes(range(256)) * 256

    async def one(connection):
        process = await connection.create_process("cat", encoding=None)
        count = int(megabytes) * 16

        async def feed():
            for _ in range(count):
                process.stdin.write(block)
                await process.stdin.drain()
            process.stdin.write_eof()

        feeding = asyncio.create_task(feed())
        for _ in range(count):
            assert await process.stdout.readexactly(len(block)) == block
        await feeding
        assert await process.stdout.read() == b""

    async with connect(port, rekey_bytes="1M") as connection:
        await asyncio.gather(*(one(connection) for _ in range(3)))


async def crowd(port, count):
    async def one():
        async with connect(port) as connection:
            result = await connection.run("exit 5")
            assert result.exit_status == 5

    await asyncio.gather(*(one() for _ in range(int(count))))


asyncio.run(globals()[sys.argv[1]](int(sys.argv[2]), *sys.argv[3:]))
