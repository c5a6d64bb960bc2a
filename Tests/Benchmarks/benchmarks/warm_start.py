"""Measures logins that start a lab, with the course's image on the node and without."""

import argparse
import contextlib
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import contenders
import measures
from report import Figures
from transfers import MEGABYTE
from twins import Twins

STUDENT = "edu01"


class Node:
    """The images on the cluster's node."""

    def __init__(self, ctr, socket):
        self._prefix = [ctr, "--address", socket, "--namespace", "k8s.io", "images"]

    def images(self):
        return subprocess.run(
            [*self._prefix, "ls", "-q"], check=True, stdout=subprocess.PIPE, text=True).stdout.split()

    def remove(self, twins):
        """Removes the twins; what they take is given back when the labs' last containers are tidied up."""
        names = [name for name in self.images() if name.startswith(twins.name) or name in twins.configurations]
        if names:
            subprocess.run([*self._prefix, "rm", *names], check=True, stdout=subprocess.DEVNULL)


def login(labgate, cluster):
    """Seconds of a login that starts the lab, which is then deleted."""
    elapsed = measures.login(labgate)
    for pod in cluster.pods():
        cluster.delete(pod["metadata"]["name"])
    return elapsed


def run_round(options, namespace, cluster, twins):
    """Seconds of a login without the image on the node, and of one with it."""
    with tempfile.TemporaryDirectory(prefix="labgate-benchmarks-") as folder:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{folder}/id"], check=True)
        image, before = twins.make(), twins.served_byte_count
        with contenders.labgate(options.labgate, image, [STUDENT], namespace, folder) as labgate:
            without = login(labgate, cluster)
            fetched = twins.served_byte_count - before
            if fetched < twins.byte_count:
                raise OSError(f"the node had a part of the image: it fetched {fetched} of {twins.byte_count} bytes")
            present = login(labgate, cluster)
            if twins.served_byte_count - before != fetched:
                raise OSError("the node fetched the image twice")
    return without, present


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labgate", required=True, help="the executable")
    parser.add_argument("--image", required=True, help="of the labs, in a registry that speaks plain HTTP")
    parser.add_argument("--ctr", required=True, help="the program that speaks to the node's containerd")
    parser.add_argument("--containerd", required=True, help="the socket of the node's containerd")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    figures, start = Figures(sys.stdout), time.monotonic()
    try:
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="labgate-benchmarks-"))
            namespace = f"labgate-benchmarks-{os.getpid()}"
            stack.enter_context(contenders.namespace(namespace))
            cluster = stack.enter_context(contenders.cluster(namespace, folder))
            twins = stack.enter_context(contextlib.closing(Twins(options.image, folder)))
            stack.callback(Node(options.ctr, options.containerd).remove, twins)
            rounds = [run_round(options, namespace, cluster, twins) for _ in range(options.rounds)]
    except KeyboardInterrupt:
        sys.exit(130)
    without, present = (statistics.median(times) for times in zip(*rounds))
    figures.add("image, compressed", twins.byte_count / MEGABYTE, "MB")
    figures.add("cold login to output, image not on the node", without, "s")
    figures.add("cold login to output, image on the node", present, "s")
    figures.add("what an image holder saves", without - present, "s")
    print(f"\nmedians of {options.rounds}, measured in {time.monotonic() - start:.0f} s on {os.cpu_count()} cores, "
          f"load average {os.getloadavg()[0]:.1f}")


main()
