"""asyncssh as a client: SCRIPT CHECK PORT KEY [ARGUMENT...] returns when all was as it should be."""

import asyncio
import os
import sys
import tempfile

import asyncssh


def connect(**options):
    return asyncssh.connect(
        "127.0.0.1", int(sys.argv[2]), username="edu01", known_hosts=None, client_keys=[sys.argv[3]], config=None,
        **options)


async def command():
    async with connect() as connection:
        result = await connection.run("echo out; echo err >&2; exit 42")
        assert (result.stdout, result.stderr, result.exit_status) == ("out\n", "err\n", 42), result


async def input():
    async with connect() as connection:
        result = await connection.run("sort", input="b\na\n")
        assert (result.stdout, result.exit_status) == ("a\nb\n", 0), result


async def terminal():
    async with connect() as connection:
        process = await connection.create_process(
            "trap 's=$(stty size); echo $s; [ \"$s\" != \"30 90\" ] || exit 3' WINCH; stty size; while :; do sleep 0.05; done",
            term_type="xterm-256color", term_size=(101, 41))
        before = (await process.stdout.readline()).strip()
        assert before == "41 101", before
        process.change_terminal_size(90, 30)
        after = (await process.stdout.readline()).strip()
        # Some engines tell a program once more what its terminal was like at first.
        if after == before:
            after = (await process.stdout.readline()).strip()
        assert after == "30 90", after
        await process.wait()
        assert process.exit_status == 3, process.exit_status


async def environment():
    async with connect() as connection:
        result = await connection.run("echo $LC_TEST", env={"LC_TEST": "a b", "LD_PRELOAD": "x"})
        assert result.stdout == "a b\n", result


async def signal():
    async with connect() as connection:
        process = await connection.create_process("trap 'echo caught; exit 7' USR1; echo ready; while :; do sleep 0.05; done")
        assert await process.stdout.readline() == "ready\n"
        process.send_signal("USR1")
        assert await process.stdout.readline() == "caught\n"
        await process.wait()
        assert process.exit_status == 7, process.exit_status


async def channels():
    async with connect() as connection:
        results = await asyncio.gather(*(connection.run(f"sleep 0.2; echo {n}; exit {n}") for n in range(10)))
        assert [(r.stdout, r.exit_status) for r in results] == [(f"{n}\n", n) for n in range(10)], results


async def keepalive():
    async with connect(keepalive_interval=0.2, keepalive_count_max=3) as connection:
        result = await connection.run("sleep 2; echo alive")
        assert result.stdout == "alive\n", result


async def rekeying():
    """Both ways at once, with new keys at every MiB."""
    block = os.urandom(1 << 16)
    async with connect(rekey_bytes="1M") as connection:
        process = await connection.create_process("cat", encoding=None)

        async def feed():
            for _ in range(320):
                process.stdin.write(block)
                await process.stdin.drain()
            process.stdin.write_eof()

        feeding = asyncio.create_task(feed())
        for _ in range(320):
            assert await process.stdout.readexactly(len(block)) == block
        await feeding
        assert await process.stdout.read() == b""
        await process.wait()
        assert process.exit_status == 0


async def sftp():
    data = os.urandom(3_000_000)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "file")
        with open(path, "wb") as file:
            file.write(data)
        async with connect() as connection, connection.start_sftp_client() as client:
            await client.put(path, "asyncssh file")
            await client.get("asyncssh file", path + ".back")
            assert (await client.stat("asyncssh file")).size == len(data)
            await client.remove("asyncssh file")
        with open(path + ".back", "rb") as file:
            assert file.read() == data


async def forwarding(port):
    async with connect() as connection:
        listener = await connection.forward_local_port("127.0.0.1", 0, "localhost", int(port))
        readers = await asyncio.gather(
            *(asyncio.open_connection("127.0.0.1", listener.get_port()) for _ in range(5)))
        for number, (reader, writer) in enumerate(readers):
            writer.write(b"line %d\n" % number)
            assert await reader.readline() == b"line %d\n" % number
            writer.close()


async def goes_on(connection, command="echo alive"):
    result = await connection.run(f"{command}; exit 7")
    assert result.exit_status == 7, result
    return result.stdout


async def refused(error, wish):
    try:
        await wish
    except error:
        return
    raise AssertionError("it was granted")


async def refused_remote_forwarding():
    async with connect() as connection:
        await refused(asyncssh.ChannelListenError, connection.forward_remote_port("", 0, "localhost", 80))
        await refused(asyncssh.ChannelListenError, connection.forward_remote_path("/tmp/socket", "/tmp/socket"))
        await goes_on(connection)


async def refused_agent():
    async with connect(agent_forwarding=True, agent_path=os.environ["SSH_AUTH_SOCK"]) as connection:
        assert await goes_on(connection, "echo ${SSH_AUTH_SOCK:-none}") == "none\n"


async def refused_x11():
    async with connect() as connection:
        display = {"x11_display": "localhost:9", "x11_auth_path": os.devnull}
        await refused(asyncssh.ChannelOpenError, connection.run("true", x11_forwarding=True, **display))
        result = await connection.run("echo ${DISPLAY:-none}", x11_forwarding="ignore_failure", **display)
        assert result.stdout == "none\n", result
        await goes_on(connection)


async def refused_socket():
    async with connect() as connection:
        await refused(asyncssh.ChannelOpenError, connection.open_unix_connection("/tmp/socket"))
        await goes_on(connection)


async def refused_subsystem():
    async with connect() as connection:
        process = await connection.create_process(subsystem="netconf")
        result = await process.wait()
        assert result.exit_status != 0 and "netconf" in result.stderr, result
        await goes_on(connection)


async def refused_destination():
    async with connect() as connection:
        for place in [("10.0.0.1", 80), ("localhost", 9)]:
            await refused(asyncssh.ChannelOpenError, connection.open_connection(*place))
        await goes_on(connection)


async def dead_port(count):
    """Nothing listens on the port: that is always a refusal, however long it takes to find out."""
    async with connect() as connection:
        for _ in range(int(count)):
            await refused(asyncssh.ChannelOpenError, connection.open_connection("localhost", 9))
        await goes_on(connection)


async def full_queue(port):
    """Nobody takes the connection until a line is typed; until then it is not confirmed."""
    async with connect() as connection:
        await refused(asyncssh.ChannelOpenError, connection.open_connection("localhost", int(port)))
        opening = asyncio.create_task(connection.open_connection("localhost", int(port)))
        await asyncio.sleep(3)
        assert not opening.done(), "it is confirmed, and nobody has taken it"
        print("waiting", flush=True)
        reader, writer = await opening
        writer.write(b"hello\n")
        assert await reader.readline() == b"hello\n"


asyncio.run(globals()[sys.argv[1]](*sys.argv[4:]))
