# shellcheck shell=bash
# shellcheck disable=SC2034  # read by the files that all.sh sources with this one
# Where everything is. All running state lies in STATE and RUN; `down` deletes both. What took long to make lies in CACHE.

CACHE=${LABGATE_CACHE:-/var/cache/labgate}
STATE=/var/lib/labgate-cluster
RUN=/run/labgate-cluster

KUBECONFIG_FILE=$STATE/kubeconfig
PKI=$STATE/pki
LOGS=$STATE/logs

NODE_NAME=127.0.0.1
POD_SUBNET=10.244.0.0/24
BRIDGE=labgate0
# The cgroup below which the kubelet keeps its pods, in every hierarchy.
CGROUP=labgate-cluster

# Takes the lock that up, down and component share and holds it until the program ends. It is a lock on the folder that
# holds STATE, so it needs no file of its own.
take_lock() {
    exec 9<"${STATE%/*}"
    flock --nonblock 9 && return
    say "waiting for another up, down or component to end ..."
    flock --timeout 1200 9 || die "another up, down or component has held the lock for 20 minutes; end it first"
}
