# shellcheck shell=bash
# shellcheck disable=SC2034  # read by the files that all.sh sources with this one
# Where everything is. All running state lies in STATE and RUN; `down` deletes both. What took long to make lies in CACHE.

CACHE=${LABGATE_CACHE:-/var/cache/labgate}
STATE=/var/lib/labgate-cluster
RUN=/run/labgate-cluster

KUBECONFIG_FILE=$STATE/kubeconfig
PKI=$STATE/pki
LOGS=$STATE/logs

# Each node has a /24 of the pods' network; the nodes have one address each in their own.
POD_NETWORK=10.244.0.0/16
NODE_NETWORK=10.245.0.0/24
SERVICE_NETWORK=10.96.0.0/16
NODE_LIMIT=5

# use_node N - makes node N the one that everything about a single node is about. The first is this machine itself, and
# the others have namespaces on it, which ENTER leads into.
use_node() {
    NODE=$1 POD_SUBNET=10.244.$(($1 - 1)).0/24 OVERLAY_ADDRESS=10.244.$(($1 - 1)).0
    if (($1 == 1)); then
        NODE_SUFFIX='' NODE_NAME=127.0.0.1 MASTER=127.0.0.1 NODE_STATE=$STATE NODE_RUN=$RUN ENTER=()
    else
        # The API server dials a node by its name, so an address is a good one.
        NODE_SUFFIX=-$1 NODE_NAME=10.245.0.$1 MASTER=10.245.0.1 NODE_STATE=$STATE/nodes/$1 NODE_RUN=$RUN/nodes/$1
        ENTER=(nsenter --target "$(component_pid "node-$1" || echo none)" --net --mount)
    fi
    # The cgroup below which the node's kubelet keeps its pods, in every hierarchy.
    CGROUP=labgate-cluster$NODE_SUFFIX
}

# further_nodes - prints the numbers of the nodes beside the first, one a line.
further_nodes() {
    local folder
    for folder in "$STATE"/nodes/[2-9]; do echo "${folder##*/}"; done
}

use_node 1

# Takes the lock that up, down and component share and holds it until the program ends. It is a lock on the folder that
# holds STATE, so it needs no file of its own.
take_lock() {
    exec 9<"${STATE%/*}"
    flock --nonblock 9 && return
    say "waiting for another up, down or component to end ..."
    flock --timeout 1200 9 || die "another up, down or component has held the lock for 20 minutes; end it first"
}
