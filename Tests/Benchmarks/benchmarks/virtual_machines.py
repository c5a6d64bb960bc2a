"""Measures labs beside virtual machines of the same job."""

import argparse
import contextlib
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

import contenders
import measures
from machines import MEMORY_MIB, Machine, accelerator, used_mib

# How long labs and machines do nothing before their memory is looked at.
REST_SECONDS = 10
MACHINES_AT_ONCE = 2
DENSITY_GIB = 8


class Table:
    """Rows of two figures and their ratio, told as they come."""

    def __init__(self):
        self._print("", "unit", "lab", "VM", "VM/lab")

    def add(self, measure, unit, lab, machine=None):
        ratio = "" if machine is None or not lab else self._figure(round(machine / lab, 2 if machine < lab else 1))
        self._print(measure, unit, self._figure(lab), self._figure(machine), ratio)

    @staticmethod
    def _figure(value):
        if value is None:
            return "-"
        return f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"

    @staticmethod
    def _print(measure, unit, *cells):
        print(f"{measure:<58}{unit:<6}" + "".join(f"{cell:>9}" for cell in cells), flush=True)


class Node:
    """What the local cluster's node spends on labs."""

    def __init__(self, cgroup, run):
        self._run = run
        self._pods = next(
            path for path in (pathlib.Path("/sys/fs/cgroup/memory", cgroup), pathlib.Path("/sys/fs/cgroup", cgroup))
            if path.joinpath("kubepods").is_dir())

    def pod_mib(self, pod):
        """The pod's memory less file pages that are given up if need be: what the kubelet calls its working set."""
        group = next(self._pods.rglob(f"pod{pod['metadata']['uid']}"))
        usage = next(path for name in ("memory.usage_in_bytes", "memory.current") if (path := group / name).exists())
        stat = dict(line.split() for line in group.joinpath("memory.stat").read_text(encoding="ascii").splitlines())
        idle = int(stat.get("total_inactive_file", stat.get("inactive_file", 0)))
        return (int(usage.read_text(encoding="ascii")) - idle) / 2**20

    def shims_mib(self):
        """The processes beside the pods' own, one a pod, that containerd keeps: they are in no pod's cgroup."""
        total = 0
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if b"containerd-shim" in folder.joinpath("cmdline").read_bytes().split(b"\0")[0]:
                    rollup = folder.joinpath("smaps_rollup").read_text(encoding="ascii")
                    total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
        return total / 1024

    def written_mib(self, pod):
        """What a lab has on disk of its own: all else is the image's, once for all labs."""
        container = pod["status"]["containerStatuses"][0]["containerID"].rpartition("/")[2]
        root = f"{self._run}/containerd/io.containerd.runtime.v2.task/k8s.io/{container}/rootfs"
        # The mounts that the node sees, whoever asks.
        command = ["findmnt", "--task", "1", "--noheadings", "--output", "OPTIONS", root]
        options = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        upper = next(word for word in options.strip().split(",") if word.startswith("upperdir=")).partition("=")[2]
        return kib(["du", "-sk", upper]) / 1024


def kib(command):
    """The first number that a command prints."""
    return int(subprocess.run(
        command, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout.split()[0])


def compressed_mib(image):
    """What a node fetches of an image of a registry that speaks plain HTTP."""
    host, _, name = image.partition("/")
    name, _, tag = name.rpartition(":")
    request = urllib.request.Request(
        f"http://{host}/v2/{name}/manifests/{tag}",
        headers={"Accept": "application/vnd.oci.image.manifest.v1+json, "
                           "application/vnd.docker.distribution.manifest.v2+json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return sum(layer["size"] for layer in json.load(answer)["layers"]) / 2**20


def start_lab(labgate, cluster):
    """Seconds of a login that starts a lab, and of one right after it; the lab is then deleted."""
    cold = measures.login(labgate)
    warm = measures.login(labgate)
    for pod in cluster.pods():
        cluster.delete(pod["metadata"]["name"])
    return cold, warm


def start_machine(source, folder, kind):
    """The same for a virtual machine."""
    with contextlib.closing(Machine(source, folder, kind)) as machine:
        server = machine.await_ssh()
        measures.login(server)
        cold = time.perf_counter() - machine.start
        return cold, measures.login(server)


def measure_starts(table, options, labgate, cluster, folder, kind):
    labs, machines = [], []
    for _ in range(options.rounds):
        labs.append(start_lab(labgate, cluster))
        machines.append(start_machine(options.machine, folder, kind))
    for measure, lab, machine in zip(
            ("start to output of a first command", "login to output when it runs"), zip(*labs), zip(*machines)):
        table.add(measure, "s", statistics.median(lab), statistics.median(machine))
    table.add("  slowest start", "s", max(cold for cold, _ in labs), max(cold for cold, _ in machines))


def measure_labs(labgate, students, cluster, node):
    """Memory of an idle lab and of what the node keeps for it, disk that it has of its own, and the size of what is in
    it, all in MiB."""
    before = node.shims_mib()
    for student in students:
        labgate.user = student
        measures.login(labgate)
    time.sleep(REST_SECONDS)
    pods = cluster.pods()
    if len(pods) != len(students):
        raise OSError(f"{len(pods)} labs instead of {len(students)}")
    own = statistics.median(node.pod_mib(pod) for pod in pods)
    shim = (node.shims_mib() - before) / len(pods)
    name = pods[0]["metadata"]["name"]
    size = kib(contenders.Pod(cluster.namespace, name).command("du -sxk / 2>/dev/null")) / 1024
    return own, shim, node.written_mib(pods[0]), size


def measure_machines(source, folder, kind):
    """The same for virtual machines: what the guest uses, what it has of the host, and all of QEMU."""
    with contextlib.ExitStack() as stack:
        machines = [stack.enter_context(contextlib.closing(Machine(source, folder, kind, number)))
                    for number in range(MACHINES_AT_ONCE)]
        servers = [machine.await_ssh() for machine in machines]
        time.sleep(REST_SECONDS)
        memory = [machine.memory_mib() for machine in machines]
        free = subprocess.run(servers[0].command("free -k"), check=True, stdout=subprocess.PIPE, text=True).stdout
        size = kib(servers[0].command("du -sxk / 2>/dev/null")) / 1024
        return (used_mib(free), statistics.mean(own for own, _ in memory),
                statistics.mean(total for _, total in memory),
                statistics.mean(machine.disk_mib() for machine in machines), size)


def run(options, folder, stack):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{folder}/id"], check=True)
    kind, reason = options.accelerator or "", "as asked"
    if not kind:
        kind, reason = accelerator(options.machine, folder)
    print(f"virtual machines by {'KVM' if kind == 'kvm' else 'emulation (TCG)'}{reason and f' ({reason})'}, "
          f"1 CPU and {MEMORY_MIB} MiB each\n", flush=True)
    namespace = f"labgate-benchmarks-{os.getpid()}"
    stack.enter_context(contenders.namespace(namespace))
    cluster = stack.enter_context(contenders.cluster(namespace, folder))
    students = [f"edu{number:02}" for number in range(1, options.labs + 1)]
    labgate = stack.enter_context(contenders.labgate(options.labgate, options.image, students, namespace, folder))
    table = Table()
    measure_starts(table, options, labgate, cluster, folder, kind)
    own, shim, written, size = measure_labs(labgate, students, cluster, Node(options.cgroup, options.run))
    guest, host, total, machine_written, machine_size = measure_machines(options.machine, folder, kind)
    table.add("memory in use when idle: lab's cgroup; guest's own figure", "MiB", own, guest)
    table.add("  of the host: with containerd's shim; the guest's RAM", "MiB", own + shim, host)
    table.add("  of the host: all of QEMU, with what emulation needs", "MiB", own + shim, total)
    table.add(f"how many fit into {DENSITY_GIB} GiB (computed; VM: the guest's RAM)", "",
              DENSITY_GIB * 1024 // (own + shim), DENSITY_GIB * 1024 // host)
    table.add("files in it", "MiB", size, machine_size)
    table.add("image, compressed", "MiB", compressed_mib(options.image),
              pathlib.Path(options.machine, "disk.qcow2").stat().st_size / 2**20)
    table.add("disk for one more", "MiB", written, machine_written)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labgate", required=True, help="the executable")
    parser.add_argument("--image", required=True, help="of the labs, in a registry that speaks plain HTTP")
    parser.add_argument("--machine", required=True, help="the folder of the virtual machine")
    parser.add_argument("--cgroup", required=True, help="of the kubelet")
    parser.add_argument("--run", required=True, help="the folder of the cluster's running state")
    parser.add_argument("--accelerator", choices=("kvm", "tcg"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--labs", type=int, default=20)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    start, load = time.monotonic(), os.getloadavg()[0]
    try:
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="labgate-benchmarks-"))
            run(options, folder, stack)
    except KeyboardInterrupt:
        sys.exit(130)
    print(f"\nmedians of {options.rounds} starts and of {options.labs} labs, means of {MACHINES_AT_ONCE} machines, "
          f"measured in {time.monotonic() - start:.0f} s on {os.cpu_count()} cores, load average {load:.1f} before")


main()
