"""Measures labgate with ten thousand students and two thousand labs of which no node runs anything."""

import argparse
import base64
import concurrent.futures
import contextlib
import datetime
import hashlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import contenders
from programs import Server
from report import Figures

COURSES = [f"course{number:02}" for number in range(20)]
# Labs are measured each tenth of it, once their marks are as old; long enough that none ends during the run.
IDLE_LAB_SECONDS = 400
MEASURED_AFTER_SECONDS = IDLE_LAB_SECONDS / 10
IDLE_SECONDS = 30
CHANGES = 5
LIMIT_SECONDS = 240
WORKERS = 8

_CONFIGURATION = """\
listen: "127.0.0.1:0"
hostKeys: keys
drainTimeout: 1s
kubernetes: {{kubeconfig: kubeconfig, namespace: {namespace}, classroom: true}}
log: {{level: debug}}
"""

_KUBECONFIG = """\
apiVersion: v1
kind: Config
clusters: [{{name: scale, cluster: {{server: "http://127.0.0.1:{port}"}}}}]
contexts: [{{name: scale, context: {{cluster: scale, user: ""}}}}]
current-context: scale
"""


class API:
    """The API server through a `kubectl proxy`: one connection for each thread."""

    def __init__(self, port):
        self.port = port
        self._local = threading.local()

    def request(self, method, path, body=None, kind="application/json"):
        """The answer as text; nothing for what is not there."""
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": kind})
        response = connection.getresponse()
        text = response.read()
        if response.status == 404:
            return None
        if response.status >= 300:
            raise OSError(f"{method} {path}: {response.status} {text[:500]!r}")
        return text

    def patch(self, path, body):
        self.request("PATCH", path, body, "application/merge-patch+json")

    def each(self, work, items):
        """Does something for each of the items, several at a time."""
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            return list(pool.map(work, items))


class CountingProxy:
    """Passes connections to the API server on, and counts the requests on them."""

    _LINE = re.compile(rb"(GET|POST|PUT|PATCH|DELETE) (\S+) HTTP/1\.1\r\n")
    # Of a request line that two pieces share, as much as this is kept of the first.
    _LINE_BYTE_COUNT = 4096

    def __init__(self, target):
        self._target = target
        self._lock, self._counts = threading.Lock(), {}
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def counts(self):
        """Requests so far, by what they are about."""
        with self._lock:
            return dict(self._counts)

    def close(self):
        self._listener.close()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                near = self._listener.accept()[0]
                far = socket.create_connection(("127.0.0.1", self._target))
                for end in (near, far):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._pump, args=(near, far, self._count), daemon=True).start()
                threading.Thread(target=self._pump, args=(far, near, None), daemon=True).start()

    @staticmethod
    def _pump(source, target, look):
        rest = b""
        with contextlib.suppress(OSError):
            while piece := source.recv(1 << 18):
                if look:
                    rest = look(rest + piece)
                target.sendall(piece)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _count(self, data):
        end = 0
        for match in self._LINE.finditer(data):
            end = match.end()
            self._note(match[1].decode(), match[2].decode())
        return data[max(end, len(data) - self._LINE_BYTE_COUNT):]

    def _note(self, verb, path):
        path, _, query = path.partition("?")
        words = path.split("/namespaces/", 1)[-1].split("/")[1:]
        what = words[0] if len(words) < 3 else f"{words[0]}/{words[2]}"
        verb = "WATCH" if "watch=true" in query else "EXEC" if what == "pods/exec" else verb
        with self._lock:
            self._counts[f"{verb} {what}"] = self._counts.get(f"{verb} {what}", 0) + 1


class School:
    """The students, their courses, and their labs on a node that there is not."""

    def __init__(self, api, namespace, student_count, lab_count):
        self._api, self._namespace, self._node = api, namespace, namespace
        self.students = [f"student{number:05}" for number in range(student_count)]
        self._owners = [(student, self._course(index)) for index, student in enumerate(self.students[:lab_count])]
        self._uids = {}
        self._documents = f"/apis/labgate.dev/v1alpha1/namespaces/{namespace}"
        self._pods = f"/api/v1/namespaces/{namespace}/pods"
        self._end = threading.Event()
        self._heart = None

    @staticmethod
    def _course(index):
        return COURSES[index % len(COURSES)]

    # MARK: Documents

    def enrol(self):
        for name in COURSES:
            spec = {"image": "localhost:5000/edu_gcc:latest", "shell": "/bin/bash",
                    "home": {"mountPath": "/home/student", "emptyDir": {}},
                    "idle": {"lab": f"{IDLE_LAB_SECONDS}s"},
                    "quotas": {"connectedTime": {"week": "20h"}}}
            self._post("Course", name, spec)
        self._api.each(self._enrol, enumerate(self.students))

    def _enrol(self, numbered):
        index, name = numbered
        key = b"\0\0\0\x0bssh-ed25519\0\0\0 " + hashlib.sha256(name.encode()).digest()
        self._post("Student", name, {
            "displayName": f"Student {index}", "courses": [self._course(index), self._course(index + 1)],
            "publicKeys": [f"ssh-ed25519 {base64.b64encode(key).decode()} {name}@laptop"]})

    def _post(self, kind, name, spec):
        self._api.request("POST", f"{self._documents}/{kind.lower()}s", {
            "apiVersion": "labgate.dev/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec})

    def change(self, student, display_name):
        self._api.patch(f"{self._documents}/students/{student}", {"spec": {"displayName": display_name}})

    def status_count(self):
        """How many students have a status."""
        text = self._api.request("GET", f"{self._documents}/students?resourceVersion=0")
        return sum("conditions" in (student.get("status") or {}) for student in json.loads(text)["items"])

    # MARK: Node

    def raise_node(self):
        """A node that only this program keeps alive, and that takes nobody's pods."""
        self._api.request("POST", "/api/v1/nodes", {
            "apiVersion": "v1", "kind": "Node", "metadata": {"name": self._node},
            "spec": {"unschedulable": True, "taints": [{"key": "labgate.dev/scale", "effect": "NoSchedule"}]}})
        self._api.patch(f"/api/v1/nodes/{self._node}/status", {"status": {
            "allocatable": {"cpu": "0", "memory": "0", "pods": "0"},
            "conditions": [{"type": "Ready", "status": "True", "reason": "Scale", "message": "",
                            "lastHeartbeatTime": _timestamp(), "lastTransitionTime": _timestamp()}]}})
        self._beat("POST", "")
        self._heart = threading.Thread(target=self._live)
        self._heart.start()

    def _live(self):
        # The controller manager takes a node for dead, and its labs for not ready, after 40 seconds.
        while not self._end.wait(8):
            # The API server may be away for a moment.
            with contextlib.suppress(OSError, http.client.HTTPException):
                self._beat("PATCH", f"/{self._node}")

    def _beat(self, verb, path):
        lease = {"metadata": {"name": self._node}, "spec": {
            "holderIdentity": self._node, "leaseDurationSeconds": 40, "renewTime": _timestamp(".%fZ")}}
        self._api.request(verb, f"/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases{path}", lease,
                          "application/json" if verb == "POST" else "application/merge-patch+json")

    # MARK: Labs

    def start_labs(self):
        self._api.each(self._start, self._owners)

    def _start(self, owner):
        student, course = owner
        name = _pod_name(student, course)
        text = self._api.request("POST", self._pods, {
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {
                "name": name,
                "labels": {"app.kubernetes.io/name": "lab", "app.kubernetes.io/managed-by": "labgate",
                           "labgate.dev/student": student, "labgate.dev/course": course},
                "annotations": {"labgate.dev/student": student, "labgate.dev/course": course,
                                "labgate.dev/spec-hash": "0123456789abcdef"}},
            "spec": self._spec()})
        self._uids[name] = json.loads(text)["metadata"]["uid"]
        now = _timestamp()
        self._api.patch(f"{self._pods}/{name}/status", {"status": {
            "phase": "Running", "startTime": now,
            "conditions": [{"type": kind, "status": "True", "lastTransitionTime": now}
                           for kind in ("Initialized", "Ready", "ContainersReady", "PodScheduled")],
            "containerStatuses": [{
                "name": "lab", "image": "localhost:5000/edu_gcc:latest", "imageID": "", "ready": True,
                "started": True, "restartCount": 0, "containerID": f"containerd://{name}",
                "state": {"running": {"startedAt": now}}}]}})

    def _spec(self):
        resources = {"cpu": "100m", "memory": "128Mi", "ephemeral-storage": "128Mi"}
        return {
            "nodeName": self._node, "restartPolicy": "Always", "terminationGracePeriodSeconds": 5,
            "automountServiceAccountToken": False, "enableServiceLinks": False,
            "tolerations": [{"operator": "Exists"}],
            "securityContext": {"runAsUser": 1000, "runAsGroup": 1000, "fsGroup": 1000, "runAsNonRoot": True,
                                "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{
                "name": "lab", "image": "localhost:5000/edu_gcc:latest",
                "command": ["/bin/sh", "-c", "trap 'exit 0' TERM INT; while :; do sleep 86400 & wait $!; done"],
                "resources": {"limits": resources, "requests": resources},
                "securityContext": {"privileged": False, "allowPrivilegeEscalation": False, "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]}},
                "volumeMounts": [{"name": "home", "mountPath": "/home/student"}]}],
            "volumes": [{"name": "home", "emptyDir": {}}]}

    def mark_labs(self):
        """Notes on each pod that its lab was used just now, as another gateway would."""
        self._api.each(self._mark, self._uids.items())

    def _mark(self, pod):
        name, uid = pod
        self._api.patch(f"{self._pods}/{name}", {
            "metadata": {"annotations": {"labgate.dev/last-interaction": f"{uid} {_timestamp()}"}}})

    def lab_count(self):
        return len(json.loads(self._api.request("GET", f"{self._pods}?resourceVersion=0"))["items"])

    def close(self):
        """Takes everything away that the namespace's own end would wait for, or leave."""
        self._end.set()
        if self._heart:
            self._heart.join()
        # No kubelet confirms that a pod has ended.
        self._api.request("DELETE", self._pods, {"kind": "DeleteOptions", "apiVersion": "v1", "gracePeriodSeconds": 0})
        self._api.request("DELETE", f"/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/{self._node}")
        self._api.request("DELETE", f"/api/v1/nodes/{self._node}")


def _timestamp(end="Z"):
    return datetime.datetime.now(datetime.timezone.utc).strftime(f"%Y-%m-%dT%H:%M:%S{end}")


def _pod_name(student, course):
    """As labgate's LabName makes it."""
    digest = hashlib.sha256(f"{student}\0{course}".encode()).digest()[:10]
    return f"lab-{student}-{course}-{base64.b32encode(digest).decode().lower()}"


class Log:
    """What labgate has logged, read on as it comes."""

    def __init__(self, path):
        self._file = open(path, encoding="utf-8", errors="replace")
        self._rest = ""
        self.entries = []

    def read(self):
        self._rest += self._file.read()
        *lines, self._rest = self._rest.split("\n")
        for line in lines:
            with contextlib.suppress(ValueError):
                self.entries.append(json.loads(line))
        return self.entries

    def await_entry(self, matches, since, seconds):
        """The first entry after the first `since` ones that matches."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for entry in self.read()[since:]:
                if matches(entry):
                    return entry
            time.sleep(0.01)
        raise OSError("labgate has not logged what was waited for; its last words: "
                      + "\n".join(json.dumps(entry) for entry in self.entries[-5:]))

    def sweeps(self, since=0):
        """Labs and milliseconds of each sweep after the first `since` entries."""
        return [(int(entry["labs"]), int(entry["milliseconds"]))
                for entry in self.read()[since:] if entry.get("message") == "sweep"]


class Scale:
    """One run. What each figure means is in README.md."""

    def __init__(self, school, proxy, server, figures, deadline):
        self._school, self._proxy, self._server, self._figures = school, proxy, server, figures
        self._deadline, self._log = deadline, Log(server.log)

    def run(self, start):
        count = len(self._school.students)
        self._log.await_entry(lambda entry: entry.get("message") == "Took on a changed classroom"
                              and int(entry.get("classroom.students", 0)) == count, 0, 60)
        self._figures.add("start to complete classroom", time.monotonic() - start, "s")
        self._figures.add("resident memory, classroom complete", self._server.resident_kib() / 1024, "MiB")
        self._changes("change of a student until in force, statuses being written")
        self._statuses(start)
        self._idle()
        self._changes("change of a student until in force")
        self._measured()
        self._figures.add("resident memory at the end", self._server.resident_kib() / 1024, "MiB")

    def _changes(self, what):
        times = []
        for number in range(CHANGES):
            student = self._school.students[-1 - number]
            since = len(self._log.read())
            start = time.monotonic()
            self._school.change(student, f"{what} {number}")
            self._log.await_entry(lambda entry: entry.get("classroom.students.changed") == student, since, 30)
            times.append(time.monotonic() - start)
        self._figures.add(what, 1000 * statistics.median(times), "ms", f"worst of {CHANGES}: {1000 * max(times):.0f}")

    def _statuses(self, start):
        count, written = len(self._school.students), 0
        cpu = self._server.cpu_seconds()
        while written < count and time.monotonic() < self._deadline - IDLE_SECONDS - MEASURED_AFTER_SECONDS - 60:
            time.sleep(1)
            written = self._school.status_count()
        seconds = time.monotonic() - start
        self._figures.add("start to status of every student", seconds, "s",
                          "" if written == count else f"given up: {written} of {count} written")
        self._figures.add("CPU for that", self._server.cpu_seconds() - cpu, "s")

    def _window(self, what, seconds, note=""):
        """Requests and CPU time in a minute, from what happens in so many seconds."""
        since, before, cpu = len(self._log.read()), self._proxy.counts(), self._server.cpu_seconds()
        start = time.monotonic()
        time.sleep(seconds)
        elapsed = time.monotonic() - start
        counts = {what: count - before.get(what, 0) for what, count in self._proxy.counts().items()}
        rates = {what: 60 * count / elapsed for what, count in counts.items() if count}
        most = sorted(rates.items(), key=lambda pair: -pair[1])[:5]
        self._figures.add(f"requests, {what}", sum(rates.values()), "/min",
                          ", ".join(f"{what} {rate:.0f}" for what, rate in most))
        self._figures.add(f"CPU, {what}", 60 * (self._server.cpu_seconds() - cpu) / elapsed, "s/min", note)
        sweeps = [milliseconds for _, milliseconds in self._log.sweeps(since)]
        if sweeps:
            self._figures.add(f"sweep, {what}", statistics.median(sweeps), "ms",
                              f"of {self._log.sweeps()[-1][0]} labs; worst of {len(sweeps)}: {max(sweeps)}")

    def _idle(self):
        self._school.mark_labs()
        # What the marks themselves cost is not idleness.
        time.sleep(2)
        self._window("nothing happens", IDLE_SECONDS)

    def _measured(self):
        """The marks get old: each lab is measured, which fails here, counts as work, and is marked."""
        while not any(name.startswith("EXEC") for name in self._proxy.counts()) \
                and time.monotonic() < self._deadline - 60:
            time.sleep(0.2)
        self._window("labs measured", 45)
        if self._school.lab_count() < len(self._school._owners):
            raise OSError("labs were ended during the run: the figures are not those of all")


@contextlib.contextmanager
def labgate(executable, namespace, port, folder):
    pathlib.Path(folder, "kubeconfig").write_text(_KUBECONFIG.format(port=port), encoding="ascii")
    configuration = pathlib.Path(folder, "labgate.yaml")
    configuration.write_text(_CONFIGURATION.format(namespace=namespace), encoding="ascii")
    command = [executable, "serve", "--config", configuration]
    with contextlib.closing(Server(command, f"{folder}/labgate.log")) as server:
        yield server


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labgate", required=True, help="the executable")
    parser.add_argument("--students", type=int, default=10_000)
    parser.add_argument("--labs", type=int, default=2_000)
    parser.add_argument("--log", help="where to keep labgate's log")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    figures, begin = Figures(sys.stdout), time.monotonic()
    namespace = f"labgate-scale-{os.getpid()}"
    try:
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="labgate-benchmarks-"))
            stack.enter_context(contenders.namespace(namespace))
            proxy = stack.enter_context(
                contextlib.closing(Server(["kubectl", "proxy", "--port=0"], f"{folder}/proxy.log")))
            api = API(int(proxy.await_line("Starting to serve on").rpartition(":")[2]))
            school = stack.enter_context(
                contextlib.closing(School(api, namespace, options.students, options.labs)))
            while not api.request("GET", f"/api/v1/namespaces/{namespace}/serviceaccounts/default"):
                time.sleep(0.1)
            school.enrol()
            school.raise_node()
            school.start_labs()
            school.mark_labs()
            print(f"{options.students} students and {options.labs} labs made in {time.monotonic() - begin:.0f} s",
                  file=sys.stderr)
            counter = stack.enter_context(contextlib.closing(CountingProxy(api.port)))
            start = time.monotonic()
            server = stack.enter_context(labgate(options.labgate, namespace, counter.port, folder))
            if options.log:
                stack.callback(lambda: pathlib.Path(options.log).write_bytes(pathlib.Path(server.log).read_bytes()))
            Scale(school, counter, server, figures, begin + LIMIT_SECONDS).run(start)
    except KeyboardInterrupt:
        sys.exit(130)
    print(f"\nmeasured in {time.monotonic() - begin:.0f} s on {os.cpu_count()} cores, "
          f"load average {os.getloadavg()[0]:.1f}")


main()
