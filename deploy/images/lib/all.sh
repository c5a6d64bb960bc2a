# shellcheck shell=bash
# The one file that programs which build images source.

IMAGES_FOLDER=$(cd -- "${BASH_SOURCE[0]%/*}/.." && pwd)

# shellcheck source=deploy/cluster/lib/all.sh
source "$IMAGES_FOLDER/../cluster/lib/all.sh"
# shellcheck source=deploy/images/lib/storage.sh
source "$IMAGES_FOLDER/lib/storage.sh"
# shellcheck source=deploy/images/lib/registry.sh
source "$IMAGES_FOLDER/lib/registry.sh"
# shellcheck source=deploy/images/lib/engine.sh
source "$IMAGES_FOLDER/lib/engine.sh"
# shellcheck source=deploy/images/lib/sources.sh
source "$IMAGES_FOLDER/lib/sources.sh"
# shellcheck source=deploy/images/lib/minimal.sh
source "$IMAGES_FOLDER/lib/minimal.sh"
