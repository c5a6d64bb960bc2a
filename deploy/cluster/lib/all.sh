# shellcheck shell=bash
# The one file that up, down and component source.

set -euo pipefail
shopt -s extglob nullglob
umask 022

CLUSTER_FOLDER=$(cd -- "${BASH_SOURCE[0]%/*}/.." && pwd)

# shellcheck source=deploy/cluster/lib/terminal.sh
source "$CLUSTER_FOLDER/lib/terminal.sh"
# shellcheck source=deploy/cluster/lib/paths.sh
source "$CLUSTER_FOLDER/lib/paths.sh"
# shellcheck source=deploy/cluster/lib/debian.sh
source "$CLUSTER_FOLDER/lib/debian.sh"
# shellcheck source=deploy/cluster/lib/kubernetes.sh
source "$CLUSTER_FOLDER/lib/kubernetes.sh"
# shellcheck source=deploy/cluster/lib/certificates.sh
source "$CLUSTER_FOLDER/lib/certificates.sh"
# shellcheck source=deploy/cluster/lib/components.sh
source "$CLUSTER_FOLDER/lib/components.sh"
# shellcheck source=deploy/cluster/lib/processes.sh
source "$CLUSTER_FOLDER/lib/processes.sh"
# shellcheck source=deploy/cluster/lib/node.sh
source "$CLUSTER_FOLDER/lib/node.sh"
# shellcheck source=deploy/cluster/lib/nodes.sh
source "$CLUSTER_FOLDER/lib/nodes.sh"
# shellcheck source=deploy/cluster/lib/network.sh
source "$CLUSTER_FOLDER/lib/network.sh"
# shellcheck source=deploy/cluster/lib/storage.sh
source "$CLUSTER_FOLDER/lib/storage.sh"
# shellcheck source=deploy/cluster/lib/preflight.sh
source "$CLUSTER_FOLDER/lib/preflight.sh"
# shellcheck source=deploy/cluster/lib/teardown.sh
source "$CLUSTER_FOLDER/lib/teardown.sh"
