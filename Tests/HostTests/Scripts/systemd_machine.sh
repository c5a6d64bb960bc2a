#!/usr/bin/env bash
# systemd_machine.sh FOLDER [OPTION...] - runs systemd in a machine made from this one's files, in the empty FOLDER. What
# changes there stays in memory, and goes with it when it is asked to end (SIGTERM). OPTIONs are systemd-nspawn's.
# Prints `started PID`: the first process, whose namespaces are the machine's. Its network is this machine's.

set -euo pipefail

folder=$1 root=$1/root name=labgate-test-$$
shift
groups=()

clean_up() {
    umount --lazy "$root" "$folder" || true
    ((${#groups[@]} == 0)) || find "${groups[@]}" -depth -type d -exec rmdir {} +
}
trap clean_up EXIT

mount -t tmpfs -o mode=0755 tmpfs "$folder"
mkdir "$folder/upper" "$folder/work" "$root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" "$root"
# Another machine, and none of the services that this one is to have.
tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
ln -sfn /lib/systemd/system/sysinit.target "$root/etc/systemd/system/default.target"
rm -rf "$root/etc/systemd/system/default.target.wants"

# What it makes of cgroups is below these.
while read -r mount; do
    mkdir "$mount/$name"
    groups+=("$mount/$name")
    echo "$BASHPID" >"$mount/$name/cgroup.procs"
done < <(findmnt --raw --noheadings --types cgroup,cgroup2 --output TARGET,OPTIONS,FSTYPE |
    awk '/name=systemd|cgroup2$/ {print $1}')

setpriv --pdeathsig TERM systemd-nspawn --directory="$root" --machine="$name" --boot --console=pipe --register=no \
    --keep-unit --capability=all "$@" </dev/null &
nspawn=$!
trap 'kill "$nspawn"' TERM
until init=$(pgrep --parent "$nspawn"); do
    kill -0 "$nspawn"
    sleep 0.1
done
echo "started $init"
wait "$nspawn" || true
# Once more if a signal has ended the waiting.
wait "$nspawn" || true
for group in "${groups[@]}"; do
    while read -r process; do echo "$process" >"${group%/*}/cgroup.procs" || true; done <"$group/cgroup.procs"
done
