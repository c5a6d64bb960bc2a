# shellcheck shell=bash
# Storage for labs: a pool of volumes for homes, and the shared folder of the sample course.

VOLUME_COUNT=48
# kubectl sends five requests a second after the first ten; several at once fill the pool in a moment.
VOLUMES_AT_ONCE=8

volume_names() { seq --format 'home-%02g' "$VOLUME_COUNT"; }

# Makes what is missing of the pool, and gives back volumes whose claim is gone: emptied, and free to be bound again.
provide_volumes() {
    local listing name phase known=() missing
    # On its own line: if the API server does not answer, this ends here, and no folder is taken for one without a volume.
    listing=$(kubectl get persistentvolumes --selector app.kubernetes.io/part-of=labgate-cluster --no-headers \
        --output custom-columns=NAME:.metadata.name,PHASE:.status.phase)
    while read -r name phase; do
        case $phase in
        '') ;;
        Released | Failed) kubectl delete persistentvolume "$name" ;;
        *) known+=("$name") ;;
        esac
    done <<<"$listing"
    mapfile -t missing < <(comm -23 <(volume_names) <(printf '%s\n' "${known[@]}" | sort))
    make_volumes "${missing[@]}"
}

# make_volumes NAME... - makes the volumes' folders, empty, and their PersistentVolumes.
make_volumes() {
    local VOLUME batch=() pids=() pid
    for VOLUME; do
        rm -rf "${STATE:?}/volumes/$VOLUME"
        mkdir -p "$STATE/volumes/$VOLUME"
        batch+=("$(render volume.yaml)")
        if ((${#batch[@]} == VOLUMES_AT_ONCE)); then
            create_objects "${batch[@]}" & pids+=($!)
            batch=()
        fi
    done
    ((${#batch[@]} == 0)) || { create_objects "${batch[@]}" & pids+=($!); }
    for pid in "${pids[@]}"; do wait "$pid"; done
}

create_objects() { printf '%s\n' "$@" | kubectl create --validate=false --filename -; }

provide_storage() {
    kubectl get storageclass labgate-local >/dev/null 2>&1 || create_objects "$(render storage-class.yaml)"
    provide_volumes
    provide_shared_folder
}

# The sample course mounts this folder of the node, read-only, at /mybackup.
provide_shared_folder() {
    local folder=$STATE/shared/mybackup
    [[ ! -d $folder ]] || return 0
    rm -rf "$folder.partial"
    mkdir -p "${folder%/*}"
    cp -r "$CLUSTER_FOLDER/shared/mybackup" "$folder.partial"
    chmod -R u=rwX,go=rX "$folder.partial"
    mv "$folder.partial" "$folder"
}
