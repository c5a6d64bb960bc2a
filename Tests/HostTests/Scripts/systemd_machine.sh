#!/usr/bin/env bash
# systemd_machine.sh FOLDER [OPTION...] - runs systemd in a machine made from this one's files, in the empty FOLDER.
# OPTIONs are systemd-nspawn's. Prints `started PID`: the first process, whose namespaces are the machine's. Its network
# is this machine's, but it may change nothing of it. The machine ends when standard input does, and what has changed in
# it goes with it.

set -euo pipefail

folder=$1 root=$1/root name=labgate-test-$$
shift

# Nobody else sees the mounts, and they go with the last process.
[[ ${IN_OWN_NAMESPACE:-} ]] || IN_OWN_NAMESPACE=yes exec unshare --mount --propagation private "$0" "$folder" "$@"

mount -t tmpfs -o mode=0755 tmpfs "$folder"
mkdir "$folder/upper" "$folder/work" "$root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" "$root"
# Another machine, with none of this one's services, and without a labgate.
tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
rm -rf "$root"/etc/systemd/system/*.{wants,requires} "$root"/etc/systemd/system/labgate.service* \
    "$root"/etc/labgate "$root"/var/lib/labgate
ln -sfn /lib/systemd/system/sysinit.target "$root/etc/systemd/system/default.target"

# What systemd makes of cgroups is below these.
mapfile -t groups < <(findmnt --raw --noheadings --types cgroup,cgroup2 --output TARGET,OPTIONS,FSTYPE |
    awk -v name="$name" '/name=systemd|cgroup2$/ {print $1 "/" name}')
trap 'find "${groups[@]}" -depth -type d -exec rmdir {} +' EXIT
mkdir "${groups[@]}"

(
    for group in "${groups[@]}"; do echo "$BASHPID" >"$group/cgroup.procs"; done
    # Whatever this machine's Podman stores would bind that one to a way of storing that an overlay does not bear.
    exec systemd-nspawn --directory="$root" --machine="$name" --boot --console=pipe --register=no --keep-unit \
        --tmpfs=/var/lib/containers "$@"
) </dev/null &
nspawn=$!

# first_process - prints the child of systemd-nspawn that is the first process of its namespace.
first_process() {
    local process
    for process in $(pgrep --parent "$nspawn"); do
        ! grep -Eqs '^NSpid:.*\s1$' "/proc/$process/status" || echo "$process"
    done
}

until first=$(first_process) && [[ $first ]]; do
    kill -0 "$nspawn"
    sleep 0.1
done
echo "started $first"
cat >/dev/null
kill "$nspawn"
wait "$nspawn"
