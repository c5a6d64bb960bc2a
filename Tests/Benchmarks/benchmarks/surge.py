"""Measures the start of a class: many students come within a minute, from one address, to a course that has not as many
labs. Each gets in, works for a moment and makes room."""

import argparse
import collections
import contextlib
import datetime
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

import contenders
from report import Figures, percentile

# What a student does in the lab.
WORK = "echo in; sleep 1"
# Whoever is not in after so long is not waited for.
PATIENCE_SECONDS = 400
# One fewer than labgate lets a connection try: libssh's client waits for ever for a server that hangs up on a password.
GUESSES = 5
API_CODES = ("409", "429", "503")


class Visit:
    """One student's login. `error` says why it came to nothing."""

    def __init__(self, student):
        self.student = student
        self.handshake = self.wait = self.error = None

    def run(self, server):
        start = time.monotonic()
        try:
            with contextlib.closing(server.connect(self.student)) as connection:
                self.handshake = time.monotonic() - start
                channel = connection.start(WORK)
                try:
                    channel.read(PATIENCE_SECONDS * 1000)
                except OSError as error:
                    # The last thing that labgate says is why, with an id at its end.
                    told = channel.errors().strip().rpartition("\n")[2].partition(" [")[0]
                    raise OSError(told or str(error)) from error
                self.wait = time.monotonic() - start
                with contextlib.suppress(OSError):
                    while True:
                        channel.read()
                connection.start(":stop").read()
        except OSError as error:
            self.error = str(error)


class Attacker:
    """Somebody behind the same address who guesses a student's password, one connection after the other."""

    def __init__(self, server, student):
        self._server, self._student = server, student
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.count = 0

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self._thread.join()

    def _run(self):
        while not self._end.is_set():
            with contextlib.suppress(OSError), contextlib.closing(self._server.knock(self._student)) as connection:
                for _ in range(GUESSES):
                    if connection.guess(f"guess {self.count}"):
                        raise AssertionError("there is no password to be guessed")
                    self.count += 1


class Order:
    """Who came when and was let in when, as the gateways have logged it."""

    def __init__(self, logs):
        self.came, self.let_in = [], []
        entries = []
        for log in logs:
            with open(log, encoding="utf-8", errors="replace") as lines:
                for line in lines:
                    with contextlib.suppress(ValueError):
                        entries.append(json.loads(line))
        entries.sort(key=lambda entry: datetime.datetime.fromisoformat(entry["ts"]))
        for entry in entries:
            if entry.get("message") != "lab is starting":
                continue
            student, stage = entry["student"], entry["stage"]
            if stage == "looking for your lab" and student not in self.came:
                self.came.append(student)
            if stage == "creating your lab" and student not in self.let_in:
                self.let_in.append(student)

    def inversions(self):
        """Pairs of students of whom the later was let in first, and the most places that anybody lost by it."""
        places = {student: place for place, student in enumerate(self.came)}
        order = [places[student] for student in self.let_in]
        pairs = sum(first > second for first, second in itertools.combinations(order, 2))
        return pairs, max((place - came for place, came in enumerate(order)), default=0)


def refusals():
    """How often the API server has answered anybody with each of the codes."""
    text = subprocess.run(["kubectl", "get", "--raw", "/metrics"], check=True, stdout=subprocess.PIPE, text=True).stdout
    counts = dict.fromkeys(API_CODES, 0)
    for code, count in re.findall(r'^apiserver_request_total\{[^}]*code="(\d+)"[^}]*\} (\S+)$', text, re.M):
        if code in counts:
            counts[code] += int(float(count))
    return counts


def surge(visits, servers, seconds):
    """Lets the students come evenly."""
    start, threads = time.monotonic(), []
    for number, visit in enumerate(visits):
        time.sleep(max(0.0, start + number * seconds / len(visits) - time.monotonic()))
        # Ctrl-C does not wait for those who wait.
        threads.append(threading.Thread(target=visit.run, args=(servers[number % len(servers)],), daemon=True))
        threads[-1].start()
    for thread in threads:
        thread.join()
    return time.monotonic() - start


def tell(figures, visits, elapsed, order, attacker, api):
    """Prints the figures; whether everybody got in."""
    inside = [visit for visit in visits if visit.error is None]
    figures.add("students who got in", len(inside), "", f"of {len(visits)}")
    figures.add("until the last has made room", elapsed, "s")
    shapes = (("handshake and authentication", "ms", 1000, [visit.handshake for visit in visits if visit.handshake]),
              ("login to output", "s", 1, [visit.wait for visit in inside]))
    for what, unit, factor, values in shapes:
        for name, fraction in (("p50", 0.5), ("p95", 0.95), ("most", 1)):
            figures.add(f"{what}, {name}", factor * percentile(values, fraction), unit)
    pairs, lost = order.inversions()
    figures.add("let in before somebody who came earlier", pairs, "pairs", f"places lost at most: {lost}")
    if attacker:
        figures.add("passwords guessed meanwhile, from the same address", attacker.count, "")
    for code in API_CODES:
        figures.add(f"answers {code} of the API server, to anybody", api[code], "")
    for error, count in collections.Counter(visit.error for visit in visits if visit.error).most_common():
        print(f"{count} did not get in: {error}")
    return len(inside) == len(visits)


def run(options, stack):
    """One surge, in a namespace of its own; whether everybody got in."""
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="labgate-benchmarks-"))
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{folder}/id"], check=True)
    namespace = f"labgate-surge-{os.getpid()}"
    stack.enter_context(contenders.namespace(namespace))
    students = [f"student{number:03}" for number in range(options.students)]
    course = f"  capacity: {options.capacity}\n"
    # A place is given on when a sweep finds the lab gone that it was for; these labs live for seconds.
    settings = f"lifeCycle: {{sweepInterval: {options.sweep}s}}\n"
    servers = [stack.enter_context(
        contenders.labgate(options.labgate, options.image, students, namespace, folder, course, settings))]
    for number in range(1, options.gateways):
        servers.append(stack.enter_context(
            contenders.gateway(options.labgate, students[0], folder, f"labgate{number}")))
    visits, before = [Visit(student) for student in students], refusals()
    with Attacker(servers[0], students[0]) if options.attacker else contextlib.nullcontext() as attacker:
        elapsed = surge(visits, servers, options.seconds)
    api = {code: count - before[code] for code, count in refusals().items()}
    order = Order(server.server.log for server in servers)
    return tell(Figures(sys.stdout), visits, elapsed, order, attacker, api)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labgate", required=True, help="the executable")
    parser.add_argument("--image", required=True, help="of the labs")
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--seconds", type=int, default=60, help="within which they come")
    parser.add_argument("--capacity", type=int, default=40, help="labs of the course at once")
    parser.add_argument("--sweep", type=int, default=1, help="seconds between labgate's looks at all labs")
    parser.add_argument("--gateways", type=int, default=1)
    parser.add_argument("--attacker", action="store_true", help="somebody guesses a password meanwhile")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    begin = time.monotonic()
    try:
        with contextlib.ExitStack() as stack:
            are_in = run(options, stack)
    except KeyboardInterrupt:
        sys.exit(130)
    print(f"\n{options.students} students within {options.seconds} s, {options.capacity} labs, {options.gateways} "
          f"gateway(s), measured in {time.monotonic() - begin:.0f} s on {os.cpu_count()} cores, "
          f"load average {os.getloadavg()[0]:.1f}")
    sys.exit(0 if are_in else 1)


main()
