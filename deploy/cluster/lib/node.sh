# shellcheck shell=bash
# What every node needs beside its processes: configuration files, cgroups, the pause image.

PAUSE_IMAGE=localhost/pause:1

# render FILE - prints a file of config/ with its @NAME@ places filled.
render() {
    local name text
    text=$(<"$CLUSTER_FOLDER/config/$1")
    for name in STATE RUN PKI CGROUP POD_SUBNET MASTER NODE_STATE NODE_RUN NODE_SUFFIX NODE_NAME NODE_ROOT PAUSE_IMAGE VOLUME; do
        text=${text//@$name@/${!name:-}}
    done
    printf '%s\n' "$text"
}

# Writes the configuration of the components and remembers what is changed on the machine, so that down can undo it.
prepare_machine() {
    mkdir -p "$STATE/config" "$STATE/volume-plugins" "$LOGS" "$RUN"
    render registry.yaml >"$STATE/config/registry.yaml"
    remember_machine
    use_node 1
    prepare_node
}

# Writes the configuration of the node in use.
prepare_node() {
    mkdir -p "$NODE_STATE"/config/{cni,registries/localhost:5000} "$NODE_RUN"
    # The first node knows what was trusted before this one came.
    ((NODE == 1)) || cp -r "$STATE/config/registries/." "$NODE_STATE/config/registries/"
    render hosts.toml >"$NODE_STATE/config/registries/localhost:5000/hosts.toml"
    render containerd.toml >"$NODE_STATE/config/containerd.toml"
    render kubelet.yaml >"$NODE_STATE/config/kubelet.yaml"
    render cni.conflist >"$NODE_STATE/config/cni/10-labgate.conflist"
    make_cgroups
    apply_policy
}

# The kernel settings that the kubelet and the bridge plug-in set, as they were before.
remember_machine() {
    local key
    [[ -f $STATE/sysctl ]] || {
        for key in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys \
            kernel/keys/root_maxbytes net/ipv4/ip_forward; do
            [[ ! -r /proc/sys/$key ]] || echo "$key $(<"/proc/sys/$key")"
        done >"$STATE/sysctl.partial"
        mv "$STATE/sysctl.partial" "$STATE/sysctl"
    }
    # The kubelet keeps logs of pods at fixed places; remember which of them are there for us alone.
    [[ -f $STATE/own-folders ]] || {
        for key in /var/log/pods /var/log/containers; do
            [[ -e $key ]] || echo "$key"
        done >"$STATE/own-folders.partial"
        mv "$STATE/own-folders.partial" "$STATE/own-folders"
    }
}

# cgroup_mounts - prints the mount point of each cgroup hierarchy.
cgroup_mounts() { findmnt --raw --noheadings --types cgroup,cgroup2 --output TARGET | sort -u; }

# Makes the kubelet's cgroup in every hierarchy. A new v1 cpuset is empty, and a new v2 cgroup has no controllers,
# until its parent's are handed on.
make_cgroups() {
    local mount file controller
    while read -r mount; do
        mkdir -p "$mount/$CGROUP"
        for file in cpuset.cpus cpuset.mems; do
            [[ ! -f $mount/$file || -f $mount/cgroup.controllers ]] || cat "$mount/$file" >"$mount/$CGROUP/$file"
        done
        [[ -f $mount/cgroup.controllers ]] || continue
        for controller in $(<"$mount/cgroup.controllers"); do
            echo "+$controller" >"$mount/cgroup.subtree_control" || true
            echo "+$controller" >"$mount/$CGROUP/cgroup.subtree_control" || true
        done
    done < <(cgroup_mounts)
}

have_pause_image() { containerd_ctl images list --quiet | grep -qx "$PAUSE_IMAGE"; }

# Every pod's first process. The image holds one static program, so it is put together here, as `docker save` would.
import_pause_image() {
    local folder=$NODE_RUN/pause digest
    rm -rf "$folder"
    mkdir -p "$folder/layer"
    install -m 0755 "$NODE_ROOT/usr/bin/catatonit" "$folder/layer/pause"
    tar -C "$folder/layer" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -cf "$folder/layer.tar" pause
    digest=$(sha256sum "$folder/layer.tar" | cut -d ' ' -f 1)
    cat >"$folder/config.json" <<END
{"architecture": "$(dpkg --print-architecture)", "os": "linux", "config": {"Entrypoint": ["/pause", "-P"]},
 "rootfs": {"type": "layers", "diff_ids": ["sha256:$digest"]}}
END
    echo "[{\"Config\":\"config.json\",\"RepoTags\":[\"$PAUSE_IMAGE\"],\"Layers\":[\"layer.tar\"]}]" >"$folder/manifest.json"
    tar -C "$folder" -cf "$folder/image.tar" manifest.json config.json layer.tar
    containerd_ctl images import "$folder/image.tar"
    rm -rf "$folder"
}

node_ready() {
    [[ $(kubectl get node "$NODE_NAME" \
        --output 'jsonpath={.status.conditions[?(@.type=="Ready")].status} {.spec.taints}') == "True " ]]
}

# A service account must be there before pods can be made in its namespace.
accounts_ready() { kubectl get serviceaccount default; }
