"""Virtual machines of the labs' job: QEMU, one of Debian's kernels, and the packages of a lab image."""

import contextlib
import pathlib
import re
import socket
import subprocess
import time

from contenders import SSHServer, free_port
from programs import Server

# As much as a lab of a C class may take.
MEMORY_MIB = 512
# Where nothing has answered by then, nothing will: emulation takes most of a minute on two busy cores.
PATIENCE_SECONDS = {"kvm": 20, "tcg": 240}


class Machine:
    """One that was started; its changes to the disk are in a file of its own."""

    def __init__(self, source, folder, accelerator, number=0):
        self._overlay = pathlib.Path(folder, f"machine-{number}.qcow2")
        subprocess.run(
            ["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", f"{source}/disk.img", self._overlay],
            check=True)
        self._accelerator, self._port, self._source = accelerator, free_port(), source
        self.start = time.perf_counter()
        self._server = Server(self._command(source), f"{folder}/machine-{number}.log")

    def _command(self, source):
        # Without firmware and boot loader, devices that nobody uses, and a screen: as quick as QEMU starts a Debian.
        acceleration = ["-accel", "kvm", "-cpu", "host"] if self._accelerator == "kvm" else ["-accel", "tcg,tb-size=64"]
        return ["qemu-system-x86_64", *acceleration, "-m", str(MEMORY_MIB), "-smp", "1", "-nodefaults",
                "-no-user-config", "-display", "none", "-kernel", f"{source}/kernel", "-initrd", f"{source}/initrd",
                "-append", "root=/dev/vda rw console=ttyS0 quiet", "-serial", "stdio",
                "-drive", f"file={self._overlay},if=virtio,format=qcow2",
                "-netdev", f"user,id=net,hostfwd=tcp:127.0.0.1:{self._port}-:22",
                "-device", "virtio-net-pci,netdev=net", "-device", "virtio-rng-pci"]

    def await_ssh(self):
        """The machine's SSH server, once it answers."""
        deadline = time.monotonic() + PATIENCE_SECONDS[self._accelerator]
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 1) as probe:
                # QEMU takes the connection before anybody in the machine does. An emulated server takes its time.
                probe.settimeout(4)
                if probe.recv(4) == b"SSH-":
                    return SSHServer(self._server, self._port, "student", self._source)
            time.sleep(0.05)
        raise TimeoutError(f"no answer of a virtual machine in {PATIENCE_SECONDS[self._accelerator]} s")

    def memory_mib(self):
        """What it has of the host's memory for its own, and what is in all of QEMU."""
        total = own = 0
        size = MEMORY_MIB * 1024
        current = 0
        for line in pathlib.Path(f"/proc/{self._server.pid}/smaps").read_text(encoding="ascii").splitlines():
            if line.startswith("Size:"):
                current = int(line.split()[1])
            elif line.startswith("Pss:"):
                total += int(line.split()[1])
                own += int(line.split()[1]) if current == size else 0
        return own / 1024, total / 1024

    def disk_mib(self):
        """What it has written."""
        return self._overlay.stat().st_blocks / 2048

    def close(self):
        self._server.close()
        self._overlay.unlink()


def accelerator(source, folder):
    """What runs machines here: KVM if one starts with it, else emulation. Words for why not."""
    try:
        with open("/dev/kvm", "rb+"):
            pass
    except OSError as error:
        return "tcg", f"no KVM: {error.strerror}"
    with contextlib.closing(Machine(source, folder, "kvm")) as machine:
        try:
            machine.await_ssh()
            return "kvm", ""
        except TimeoutError as error:
            return "tcg", f"KVM is there, but {error}"


def used_mib(text):
    """Memory that the programs and the kernel of a machine use, as its own `free -k` tells: all but what is free or
    would be if need be."""
    total, _, _, _, _, available = map(int, re.search(r"^Mem:(.*)$", text, re.M).group(1).split())
    return (total - available) / 1024
