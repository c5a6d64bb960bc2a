# shellcheck shell=bash
# Where images are built, with buildah: everything in the cache, nothing left elsewhere.

IMAGES_CACHE=$CACHE/images
BUILD_RUN=$RUN-images
OWN_CONTAINERS_FOLDER=

# start_building - takes the lock that builds share, and opens the log of their steps.
start_building() {
    ((EUID == 0)) || die "must run as root (it makes a root file system)"
    mkdir -p "$IMAGES_CACHE"
    exec 9<"$IMAGES_CACHE"
    flock --nonblock 9 || { say "waiting for another build to end ..." && flock 9; }
    STEP_LOG=$IMAGES_CACHE/build.log
    on_interrupt "run it again to go on"
}

# need_storage - makes the image storage ready for use, until the program ends.
need_storage() {
    have_packages buildah mmdebstrap || step "install buildah and mmdebstrap" install_packages buildah mmdebstrap
    [[ -d /var/lib/containers ]] || OWN_CONTAINERS_FOLDER=yes
    trap close_storage EXIT
    step "open the image storage" open_storage
}

# buildah with all its files in the cache, and its mounts where a restart of the machine forgets them.
buildah() {
    CONTAINERS_CONF=$IMAGES_CACHE/containers.conf TMPDIR=$IMAGES_CACHE/tmp command buildah \
        --root "$IMAGES_CACHE/storage" --runroot "$BUILD_RUN" --storage-driver overlay "$@" 9>&-
}

# Makes the folders of a build; whatever an interrupted one left goes first.
open_storage() {
    mkdir -p "$IMAGES_CACHE/network" "$BUILD_RUN"
    printf '[network]\nnetwork_config_dir = "%s"\n' "$IMAGES_CACHE/network" >"$IMAGES_CACHE/containers.conf"
    rm -rf --one-file-system "$IMAGES_CACHE/tmp"
    mkdir "$IMAGES_CACHE/tmp"
    buildah rm --all
}

# buildah keeps a cache of digests at a place of its own; it goes if only this build needed it.
close_storage() {
    rm -rf --one-file-system "$BUILD_RUN" "$IMAGES_CACHE/tmp"
    [[ -z $OWN_CONTAINERS_FOLDER ]] || rm -rf --one-file-system /var/lib/containers
}

have_image() { buildah inspect --type image "$1" >/dev/null 2>&1; }

# delete_old_images KEEP... - deletes what is left of earlier builds of the images that are named.
delete_old_images() {
    local name keep
    buildah images --format '{{.Name}}:{{.Tag}}' | while read -r name; do
        for keep; do
            [[ ${name%:*} != "${keep%:*}" || $name == "$keep" ]] || buildah rmi --force "$name" || true
        done
    done
}
