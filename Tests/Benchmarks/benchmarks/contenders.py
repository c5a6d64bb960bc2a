"""What is measured side by side: labgate, kubectl, OpenSSH's sshd, and a server of nothing but libssh."""

import contextlib
import getpass
import json
import os
import pathlib
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

from libssh import CIPHER, Connection, Key
from programs import Server, TerminalProgram

COURSE = "benchmarks"
CONTAINER = "lab"

_COURSE_DOCUMENT = """\
apiVersion: labgate.dev/v1alpha1
kind: Course
metadata: {{name: {name}}}
spec:
  image: "{image}"
  shell: /bin/sh
  resources: {{cpu: "4", memory: 1Gi, requests: {{cpu: 10m, memory: 64Mi}}}}
  home: {{mountPath: /home/student, emptyDir: {{}}}}
  terminationGracePeriod: 1s
  quotas: {{connections: 128, labSessions: 256}}
{more}"""

_STUDENT_DOCUMENT = """\
apiVersion: labgate.dev/v1alpha1
kind: Student
metadata: {{name: {name}}}
spec: {{courses: [{course}], publicKeys: ["{key}"]}}
"""

_CONFIGURATION = """\
listen: "127.0.0.1:0"
hostKeys: keys
classroom: classroom
drainTimeout: 1s
kubernetes: {{kubeconfig: "{kubeconfig}", namespace: {namespace}}}
{more}"""

_SSHD_CONFIGURATION = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/id.pub
PidFile {folder}/sshd.pid
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
StrictModes no
UsePAM no
Subsystem sftp internal-sftp
MaxStartups 1000
# Keeps bash from reading its user's .bashrc, which is no part of the server's time.
SetEnv SHLVL=1
LogLevel ERROR
"""


class SSHServer:
    """A server that is spoken to over SSH, always with the same clients."""

    def __init__(self, server, port, user, folder):
        self.server, self.port, self.user, self._folder = server, port, user, folder
        self._key = Key(f"{folder}/id")

    def connect(self, user=None):
        return Connection(self.port, user or self.user, self._key)

    def knock(self, user):
        """A connection that is not authenticated."""
        return Connection(self.port, user)

    def command(self, command):
        """The line that runs a command with OpenSSH's client."""
        options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", f"Ciphers={CIPHER}"]
        return ["ssh", "-F", "none", "-T", "-p", str(self.port), "-i", f"{self._folder}/id", "-l", self.user,
                *[word for option in options for word in ("-o", option)], "127.0.0.1", command]

    def forwarding(self, here, there):
        """The line that forwards a port of this machine to one on the server's side."""
        line = self.command("")[:-1]
        return [*line[:-1], "-N", "-L", f"127.0.0.1:{here}:127.0.0.1:{there}", line[-1]]


class Pod:
    """A command's way into a pod without a gateway: kubectl."""

    def __init__(self, namespace, name):
        self._prefix, self._pod = ["kubectl", "--namespace", namespace, "exec"], name

    def command(self, command, *options):
        return [*self._prefix, *options, self._pod, "--container", CONTAINER, "--", "/bin/sh", "-c", command]

    def forwarding(self, here, there):
        return [*self._prefix[:-1], "port-forward", f"pod/{self._pod}", f"{here}:{there}"]

    def terminal(self, command):
        return TerminalProgram(self.command(command, "-i", "-t"))


class Cluster:
    """The API server, through a `kubectl proxy` that sees to credentials."""

    def __init__(self, namespace, port):
        self.namespace = namespace
        self._prefix = f"http://127.0.0.1:{port}/api/v1/namespaces/{namespace}/pods"

    def pods(self):
        return json.load(self.request("GET"))["items"]

    def create(self, pod):
        self.request("POST", "", pod).close()

    def delete(self, name):
        """Deletes a pod and waits until it is gone."""
        with contextlib.suppress(urllib.error.HTTPError):
            self.request("DELETE", f"/{name}", {"gracePeriodSeconds": 1}).close()
        with contextlib.suppress(urllib.error.HTTPError), self.watch(name) as events:
            self.request("GET", f"/{name}").close()
            for event in events:
                if json.loads(event)["type"] == "DELETED":
                    break

    def watch(self, name):
        """Events of a pod, one a line."""
        return self.request("GET", f"?watch=1&timeoutSeconds=120&fieldSelector=metadata.name={name}")

    def request(self, method, path="", body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self._prefix + path, data, {"Content-Type": "application/json"}, method=method)
        return urllib.request.urlopen(request, timeout=130)


@contextlib.contextmanager
def namespace(name):
    """A namespace of our own."""
    subprocess.run(["kubectl", "create", "namespace", name], check=True, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        # Left to the cluster: it ends in its own time.
        subprocess.run(["kubectl", "delete", "namespace", name, "--wait=false"], stdout=subprocess.DEVNULL, check=False)


@contextlib.contextmanager
def cluster(namespace_name, folder):
    with contextlib.closing(Server(["kubectl", "proxy", "--port=0"], f"{folder}/proxy.log")) as proxy:
        yield Cluster(namespace_name, proxy.await_line("Starting to serve on").rpartition(":")[2].strip())


@contextlib.contextmanager
def labgate(executable, image, students, namespace_name, folder, course="", settings=""):
    """A gateway, and what it serves; with more lines of the course's `spec`, and of the configuration."""
    classroom = pathlib.Path(folder, "classroom")
    classroom.mkdir()
    key = pathlib.Path(folder, "id.pub").read_text(encoding="ascii").strip()
    classroom.joinpath("course.yaml").write_text(
        _COURSE_DOCUMENT.format(name=COURSE, image=image, more=course), encoding="ascii")
    for student in students:
        classroom.joinpath(f"{student}.yaml").write_text(
            _STUDENT_DOCUMENT.format(name=student, course=COURSE, key=key), encoding="ascii")
    configuration = pathlib.Path(folder, "labgate.yaml")
    configuration.write_text(
        _CONFIGURATION.format(
            kubeconfig=os.environ["KUBECONFIG"], namespace=namespace_name, more=settings), encoding="ascii")
    with gateway(executable, students[0], folder) as server:
        yield server


@contextlib.contextmanager
def gateway(executable, user, folder, name="labgate"):
    """One more gateway for a class that there is; its log is named for it."""
    command = [executable, "serve", "--config", pathlib.Path(folder, "labgate.yaml")]
    with contextlib.closing(Server(command, f"{folder}/{name}.log")) as server:
        entry = json.loads(server.await_line("listening for SSH"))
        yield SSHServer(server, int(entry["address"].rpartition(":")[2]), user, folder)


@contextlib.contextmanager
def sshd(folder):
    port = free_port()
    configuration = pathlib.Path(folder, "sshd_config")
    configuration.write_text(_SSHD_CONFIGURATION.format(port=port, folder=folder), encoding="ascii")
    program = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:" + os.environ["PATH"])
    command = [program, "-D", "-e", "-f", configuration]
    with _privilege_separation_folder(), contextlib.closing(Server(command, f"{folder}/sshd.log")) as server:
        _await_port(port)
        yield SSHServer(server, port, getpass.getuser(), folder)


@contextlib.contextmanager
def _privilege_separation_folder():
    """sshd wants it when it runs as root; usually a system service has made it."""
    folder = pathlib.Path("/run/sshd")
    if os.geteuid() != 0 or folder.exists():
        yield
        return
    folder.mkdir()
    try:
        yield
    finally:
        folder.rmdir()


@contextlib.contextmanager
def bare(executable, folder):
    port = free_port()
    command = [executable, str(port), f"{folder}/host_key"]
    with contextlib.closing(Server(command, f"{folder}/bare.log")) as server:
        server.await_line("listening")
        yield SSHServer(server, port, "nobody", folder)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _await_port(port, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise OSError(f"nothing listens on port {port}")
