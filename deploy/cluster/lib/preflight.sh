# shellcheck shell=bash
# What must be true before anything is changed. Each check ends the program with one line.

# Free space in MiB that a first build needs in the cache, and the running cluster with its images in STATE.
BUILD_SPACE=4000
STATE_SPACE=3000

check_machine() {
    local ID='' VERSION_ID=''
    ((EUID == 0)) || die "must run as root (containers, mounts and networks are made)"
    # shellcheck source=/dev/null
    { . /etc/os-release; } 2>/dev/null || true
    [[ $ID == debian && $VERSION_ID == 12 ]] ||
        die "needs Debian 12 (this is ${ID:-unknown} ${VERSION_ID:-}); point KUBECONFIG at a cluster of yours instead"
    [[ $CACHE == /* ]] || die "LABGATE_CACHE must be an absolute path, not $CACHE"
    grep -qw overlay /proc/filesystems || modprobe overlay 2>/dev/null || die "the kernel has no overlay file system"
    grep -qw -e cgroup -e cgroup2 /proc/mounts || die "no cgroup file system is mounted at /sys/fs/cgroup"
    type -t flock setsid ip bridge findmnt nsenter unshare >/dev/null || die "needs the packages util-linux and iproute2"
}

check_space() {
    [[ -d $KUBERNETES_BIN ]] || check_free "${CACHE}" "$BUILD_SPACE" "set LABGATE_CACHE to a folder on a larger disk"
    [[ -d $STATE ]] || check_free "$STATE" "$STATE_SPACE" "free some"
}

# check_free FOLDER MIB ADVICE - FOLDER need not exist yet.
check_free() {
    local folder=$1 free
    while [[ ! -d $folder ]]; do folder=${folder%/*}/ && folder=${folder%%+(/)}; done
    free=$(df --output=avail --block-size=1M "${folder:-/}" | tail -n 1)
    ((free >= $2)) || die "needs $2 MiB of disk for $1, there are ${free// /}; $3"
}

# A component of ours may hold its ports; nobody else may.
check_ports() {
    local name address
    for name in "${COMPONENTS[@]}"; do
        ! component_pid "$name" >/dev/null || continue
        for address in $(component_addresses "$name"); do
            ! address_answers "$address" ||
                die "port ${address#*:}, which $name needs, is in use by another program: $(port_user "${address#*:}")"
        done
    done
}

# The addresses of nodes beside the first may not be somebody else's.
check_node_network() {
    local route
    route=$(ip -4 route show root "$NODE_NETWORK" | grep -v " dev $SWITCH " | head -n 1 || true)
    [[ ! $route ]] || die "the nodes' network $NODE_NETWORK is in use on this machine: $route"
}

port_user() { ss -Hltnp "sport = :$1" 2>/dev/null | sed -n 's/.*users:((\("[^"]*",pid=[0-9]*\).*/\1/p' | head -n 1; }
