"""The measurements. Each runs its contenders in turn, round after round, and keeps the rounds apart."""

import concurrent.futures
import contextlib
import json
import threading
import time

from programs import first_byte_seconds, input_rate, output_rate

# A program in raw mode that gives back each byte, as an editor does.
ECHO = "stty raw -echo; echo ready; exec cat"
# A shell's place is taken by what costs the lab least; what is measured is the gateway's part.
IDLE = "echo ready; exec cat"
HELLO = "echo x"

MEGABYTE = 1_000_000
REST_SECONDS = 0.2


class Echo:
    """Terminals with `ECHO` running, typed to in turn, keystroke by keystroke."""

    def __init__(self, labgate, pod, sshd):
        self._stack = contextlib.ExitStack()
        self._terminals = {
            "labgate": self._ssh(labgate),
            "kubectl": self._stack.enter_context(contextlib.closing(pod.terminal(ECHO))),
            "sshd": self._ssh(sshd),
        }
        for terminal in self._terminals.values():
            greeting = b""
            while b"ready" not in greeting or not greeting.endswith(b"\n"):
                greeting += terminal.read()

    def _ssh(self, server):
        connection = self._stack.enter_context(contextlib.closing(server.connect()))
        return connection.start(ECHO, terminal=True)

    def round(self, count):
        """The round trips of `count` keystrokes on each terminal, in seconds."""
        times = {name: [] for name in self._terminals}
        for _ in range(count):
            for name, terminal in self._terminals.items():
                start = time.perf_counter()
                terminal.write(b"x")
                echo = terminal.read()
                times[name].append(time.perf_counter() - start)
                if echo != b"x":
                    raise OSError(f"{name} echoed {echo!r}")
        return times

    def close(self):
        self._stack.close()


class Idle:
    """Connections that do nothing, with or without a lab session."""

    # Opened at once; more would wait for the API server.
    _WORKERS = 8

    def __init__(self, server, users, command=IDLE):
        self._server, self._users, self._command = server, users, command
        self._connections = []
        self._channels = []

    def grow(self, count, deadline=None):
        """Opens connections until there are `count`, or until the deadline; returns how many there are."""
        lock = threading.Lock()

        def open_some():
            while deadline is None or time.monotonic() < deadline:
                with lock:
                    number = len(self._connections)
                    if number >= count:
                        return
                    self._connections.append(None)
                connection = self._server.connect(self._users[number % len(self._users)])
                self._connections[number] = connection
                if self._command:
                    channel = connection.start(self._command, terminal=True)
                    channel.read()
                    self._channels.append(channel)

        with concurrent.futures.ThreadPoolExecutor(self._WORKERS) as pool:
            for worker in [pool.submit(open_some) for _ in range(self._WORKERS)]:
                worker.result()
        return len(self._connections)

    def answer(self):
        """Answers the server's keepalives."""
        for channel in self._channels:
            channel.answer()

    def close(self):
        for connection in self._connections:
            if connection:
                connection.close()


def login(server):
    """Seconds from the start of a connection to the first byte of a command's output."""
    start = time.perf_counter()
    connection = server.connect()
    connection.start(HELLO).read()
    elapsed = time.perf_counter() - start
    connection.close()
    return elapsed


def warm_logins(labgate, pod, sshd):
    ways = {
        "labgate": lambda: login(labgate),
        "kubectl": lambda: first_byte_seconds(pod.command(HELLO)),
        "sshd": lambda: login(sshd),
    }
    times = {}
    for name, measure in ways.items():
        # The node tidies up after the one before, which is not this one's time.
        time.sleep(REST_SECONDS)
        times[name] = measure()
    return times


class ColdLogin:
    """A login that has to start its lab, and the start of a pod of the same spec without a gateway."""

    def __init__(self, labgate, cluster, student):
        self._labgate, self._cluster, self._student = labgate, cluster, student
        self._pod = None

    def round(self):
        times = {"labgate": self._login()}
        times["kubectl"] = self._create()
        return times

    def _login(self):
        others = {pod["metadata"]["name"] for pod in self._cluster.pods()}
        start = time.perf_counter()
        connection = self._labgate.connect(self._student)
        connection.start(HELLO).read()
        elapsed = time.perf_counter() - start
        connection.close()
        [pod] = [pod for pod in self._cluster.pods() if pod["metadata"]["name"] not in others]
        self._cluster.delete(pod["metadata"]["name"])
        self._pod = self._bare_copy(pod)
        return elapsed

    @staticmethod
    def _bare_copy(pod):
        spec = {key: value for key, value in pod["spec"].items() if key != "nodeName"}
        return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "created-to-ready"}, "spec": spec}

    def _create(self):
        name = self._pod["metadata"]["name"]
        start = time.perf_counter()
        self._cluster.create(self._pod)
        with self._cluster.watch(name) as events:
            for event in events:
                conditions = json.loads(event)["object"].get("status", {}).get("conditions", [])
                if any(each["type"] == "Ready" and each["status"] == "True" for each in conditions):
                    break
            else:
                raise OSError("the pod did not get ready")
        elapsed = time.perf_counter() - start
        self._cluster.delete(name)
        return elapsed


def bulk_out(contenders, byte_count):
    """Megabytes per second that come out of each contender."""
    return {
        name: output_rate(command(f"head -c {byte_count} /dev/zero"), byte_count) / MEGABYTE
        for name, command in contenders.items()
    }


def bulk_in(contenders, byte_count):
    """Megabytes per second that go into each contender."""
    remote = f"echo ready; head -c {byte_count} >/dev/null; echo done"
    return {name: input_rate(command(remote), byte_count) / MEGABYTE for name, command in contenders.items()}


def handshakes(server, seconds, workers=4):
    """Connections with authentication per second, and the CPU seconds of each at the server."""

    def connect_until(deadline):
        count = 0
        while time.monotonic() < deadline:
            server.connect().close()
            count += 1
        return count

    cpu, start = server.server.cpu_seconds(), time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        count = sum(pool.map(connect_until, [start + seconds] * workers))
    elapsed = time.monotonic() - start
    return count / elapsed, (server.server.cpu_seconds() - cpu) / count


def memory_slope(server, idle, count, deadline=None):
    """KiB of the server's memory per connection, over the second half of `count` new ones, and how many there are."""
    half = idle.grow(count // 2, deadline)
    before = server.server.resident_kib()
    whole = idle.grow(count, deadline)
    after = server.server.resident_kib()
    return (after - before) / max(1, whole - half), whole
