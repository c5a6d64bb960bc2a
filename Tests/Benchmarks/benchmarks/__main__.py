"""Measures labgate beside kubectl exec, OpenSSH's sshd and bare libssh, in one run, and prints a table."""

import argparse
import contextlib
import dataclasses
import gc
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time

import contenders
import measures
import transfers
from report import Table, median_of_rounds, percentile

# The first is the one whose lab is warm; the idle lab sessions are spread over all, the last one's lab is started cold.
STUDENTS = ["edu01", "edu02", "edu03", "edu04", "edu05"]


@dataclasses.dataclass
class Size:
    """How much is measured, and so how long it takes."""

    echo_rounds: int = 5
    keystrokes: int = 200
    few_idle: int = 10
    many_idle: int = 400
    idle_seconds: int = 90
    bare_connections: int = 400
    warm_rounds: int = 25
    cold_rounds: int = 5
    bulk_rounds: int = 3
    bulk_bytes: int = 300_000_000
    copy_rounds: int = 3
    copied_bytes: int = 200_000_000
    small_files: int = 500
    port_rounds: int = 3
    handshake_rounds: int = 3
    handshake_seconds: float = 2.0


QUICK = Size(echo_rounds=2, keystrokes=100, many_idle=40, idle_seconds=10, bare_connections=200, warm_rounds=8,
             cold_rounds=1, bulk_rounds=1, bulk_bytes=200_000_000, copy_rounds=1,
             copied_bytes=100_000_000, small_files=100, port_rounds=1, handshake_rounds=1, handshake_seconds=1.0)


class Benchmarks:
    """One run. What each method measures is in README.md."""

    def __init__(self, size, table, labgate, cluster, sshd, bare):
        self._size, self._table = size, table
        self._labgate, self._cluster, self._sshd, self._bare = labgate, cluster, sshd, bare
        # The first login starts the lab that kubectl goes to, too.
        measures.login(labgate)
        self._pod = contenders.Pod(cluster.namespace, cluster.pods()[0]["metadata"]["name"])

    def run(self):
        self._warm_logins()
        self._cold_logins()
        self._bulk()
        self._copies()
        self._ports()
        self._handshakes()
        # Last: what many lab sessions leave behind takes the node a while to tidy up.
        self._memory_and_echo()

    def _memory_and_echo(self):
        size = self._size
        with contextlib.ExitStack() as stack:
            echo = stack.enter_context(contextlib.closing(measures.Echo(self._labgate, self._pod, self._sshd)))
            idle = stack.enter_context(contextlib.closing(measures.Idle(self._labgate, STUDENTS[:-1])))
            self._echo(echo, "no idle lab sessions")
            self._echo(echo, f"{idle.grow(size.few_idle)} idle lab sessions")
            deadline = time.monotonic() + size.idle_seconds
            with_session, count = measures.memory_slope(self._labgate, idle, size.many_idle, deadline)
            idle.answer()
            self._echo(echo, f"{count} idle lab sessions")
            logins = stack.enter_context(contextlib.closing(measures.Idle(self._labgate, STUDENTS[:1], command=None)))
            login, _ = measures.memory_slope(self._labgate, logins, size.bare_connections)
        with contextlib.closing(measures.Idle(self._bare, ["nobody"])) as sessions:
            libssh, _ = measures.memory_slope(self._bare, sessions, size.bare_connections)
        self._table.add("memory per idle connection", "KiB", {"labgate": login})
        self._table.add("memory per idle lab session", "KiB", {"labgate": with_session, "libssh": libssh},
                        "libssh + 64 KiB", with_session <= libssh + 64)

    def _echo(self, echo, what):
        rounds = [echo.round(self._size.keystrokes) for _ in range(self._size.echo_rounds)]
        for fraction, aim in ((0.5, 0.3), (0.99, 2.0)):
            figures = {
                name: 1000 * median_of_rounds(rounds, name, lambda times: percentile(times, fraction))
                for name in rounds[0]
            }
            added = figures["labgate"] - figures["kubectl"]
            self._table.add(f"echo p{fraction * 100:.0f}, {what}", "ms", figures,
                            f"kubectl + {aim:g} ms; is {added:+.2f}", added <= aim)

    def _warm_logins(self):
        rounds = [
            measures.warm_logins(self._labgate, self._pod, self._sshd) for _ in range(self._size.warm_rounds)]
        for fraction in (0.5, 0.95):
            figures = {
                name: 1000 * percentile([times[name] for times in rounds], fraction) for name in rounds[0]}
            most = figures["kubectl"] + figures["sshd"] + 5
            self._table.add(f"warm login to output p{fraction * 100:.0f}", "ms", figures,
                            f"kubectl + sshd + 5 = {most:.0f} ms", figures["labgate"] <= most)

    def _cold_logins(self):
        cold = measures.ColdLogin(self._labgate, self._cluster, STUDENTS[-1])
        rounds = [cold.round() for _ in range(self._size.cold_rounds)]
        figures = {name: 1000 * median_of_rounds(rounds, name) for name in rounds[0]}
        self._table.add("cold login to output | create to Ready", "ms", figures,
                        f"kubectl + 10 % = {1.1 * figures['kubectl']:.0f} ms",
                        figures["labgate"] <= 1.1 * figures["kubectl"])

    def _bulk(self):
        ways = {"labgate": self._labgate.command, "kubectl": lambda command: self._pod.command(command, "-i"),
                "sshd": self._sshd.command}
        for direction, measure in (("out", measures.bulk_out), ("in", measures.bulk_in)):
            cpu = self._labgate.server.cpu_seconds()
            rounds = [measure(ways, self._size.bulk_bytes) for _ in range(self._size.bulk_rounds)]
            cpu = self._labgate.server.cpu_seconds() - cpu
            figures = {name: median_of_rounds(rounds, name) for name in ways}
            self._table.add(f"bulk {direction}", "MB/s", figures, "90 % of kubectl",
                            figures["labgate"] >= 0.9 * figures["kubectl"])
            self._table.add(f"bulk {direction}, CPU of labgate", "s/GB",
                            {"labgate": cpu * 1e9 / (self._size.bulk_bytes * self._size.bulk_rounds)})

    def _copies(self):
        size = self._size
        with contextlib.closing(transfers.Files(size.copied_bytes, size.small_files)) as files, \
                tempfile.TemporaryDirectory(prefix="labgate-benchmarks-") as target:
            places = {"labgate": (self._labgate, "/home/student"), "sshd": (self._sshd, target)}
            rounds = [
                {name: files.copies(server, place) for name, (server, place) in places.items()}
                for _ in range(size.copy_rounds)
            ]
        for way in rounds[0]["labgate"]:
            figures = {name: median_of_rounds(rounds, name, lambda seconds: seconds[way]) for name in places}
            self._table.add(f"{way} (whole command)", "s", figures)

    def _ports(self):
        labgate, pod, sshd = self._labgate, self._pod, self._sshd
        ways = {
            "labgate": (labgate.command, lambda here, there: labgate.forwarding(here, there)),
            "kubectl": (lambda command: pod.command(command), lambda here, there: pod.forwarding(here, there)),
            "sshd": (sshd.command, lambda here, there: sshd.forwarding(here, there)),
        }
        trips, rates = [], []
        for _ in range(self._size.port_rounds):
            # Anew each time: kubectl's stalls for good once a connection was closed with bytes on their way.
            with contextlib.ExitStack() as stack:
                ports = {name: stack.enter_context(transfers.forwarded_port(*way)) for name, way in ways.items()}
                trips.append({
                    name: transfers.round_trips(port, self._size.keystrokes) for name, port in ports.items()})
                rates.append({
                    name: transfers.port_rate(port, self._size.bulk_bytes) for name, port in ports.items()})
        self._table.add("forwarded port, round trip p50", "ms", {
            name: 1000 * median_of_rounds(trips, name, lambda times: percentile(times, 0.5)) for name in ways})
        self._table.add("forwarded port, out", "MB/s", {
            name: median_of_rounds(rates, name) / transfers.MEGABYTE for name in ways})

    def _handshakes(self):
        servers = {"labgate": self._labgate, "sshd": self._sshd, "libssh": self._bare}
        rounds = [
            {name: measures.handshakes(server, self._size.handshake_seconds) for name, server in servers.items()}
            for _ in range(self._size.handshake_rounds)
        ]
        rate, cpu = (
            {name: median_of_rounds(rounds, name, lambda figures: figures[index]) for name in servers}
            for index in (0, 1)
        )
        self._table.add("handshakes", "/s", rate, "90 % of libssh", rate["labgate"] >= 0.9 * rate["libssh"])
        self._table.add("handshake, CPU of the server", "ms", {name: 1000 * value for name, value in cpu.items()})


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labgate", required=True, help="the executable")
    parser.add_argument("--bare", required=True, help="the server of nothing but libssh")
    parser.add_argument("--image", required=True, help="of the labs; must have sh, cat, head and stty")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--sessions", type=int, help="idle lab sessions to have at most")
    options = parser.parse_args()
    size = QUICK if options.quick else Size()
    if options.sessions:
        size.many_idle = options.sessions

    # So that whatever was started is ended, also on Ctrl-C and SIGTERM.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files[1], files[1]))
    # A collection in the middle of a keystroke would be taken for the contender's.
    gc.disable()
    table, start = Table(sys.stderr), time.monotonic()
    try:
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="labgate-benchmarks-"))
            for name in ("id", "host_key"):
                subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{folder}/{name}"], check=True)
            namespace = f"labgate-benchmarks-{os.getpid()}"
            stack.enter_context(contenders.namespace(namespace))
            Benchmarks(
                size, table,
                cluster=stack.enter_context(contenders.cluster(namespace, folder)),
                labgate=stack.enter_context(
                    contenders.labgate(options.labgate, options.image, STUDENTS, namespace, folder)),
                sshd=stack.enter_context(contenders.sshd(folder)),
                bare=stack.enter_context(contenders.bare(options.bare, folder)),
            ).run()
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        print(table)
    print(f"\nmeasured in {time.monotonic() - start:.0f} s on {os.cpu_count()} cores, "
          f"load average {os.getloadavg()[0]:.1f}")


main()
