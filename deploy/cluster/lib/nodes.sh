# shellcheck shell=bash
# The nodes beside the first: each has a network namespace and a mount namespace of this machine, a containerd and a
# kubelet in them, and a network card (a veth) that is plugged into a switch (a bridge).

# node_count TEXT - prints it if it is a number of nodes.
node_count() {
    [[ $1 == [1-$NODE_LIMIT] ]] || die "--nodes takes a number from 1 to $NODE_LIMIT${1:+, not $1}"
    echo "$1"
}

# record_nodes N - notes that there are to be so many, before anything of one is made: what is on record is taken away.
record_nodes() {
    local node
    for ((node = 2; node <= $1; node++)); do mkdir -p "$STATE/nodes/$node"; done
    list_components
}

# raise_node N - makes what is missing of the node, and starts it.
raise_node() {
    use_node "$1"
    [[ -f $PKI/kubelet$NODE_SUFFIX.kubeconfig ]] || (umask 077 && cd "$PKI" && make_node_certificate)
    mkdir -p "$NODE_RUN" "$NODE_STATE"/log/{pods,containers}
    make_namespaces
    plug_in
    prepare_node
    start_component "containerd$NODE_SUFFIX"
    have_pause_image || import_pause_image
    start_component "kubelet$NODE_SUFFIX"
}

# each_node COMMAND... - runs the command for every node, with that in use; ends at the first failure.
each_node() {
    local node
    for node in 1 $(further_nodes); do
        use_node "$node"
        "$@" || return
    done
    use_node 1
}

# A process that does nothing holds the namespaces: they are there as long as it is, or anything else in them. What is
# done last tells whether all is done.
make_namespaces() {
    ! "${ENTER[@]}" mountpoint --quiet /var/log/containers 2>/dev/null || return 0
    end_node
    launch "$RUN/pids/node$NODE_SUFFIX" "$LOGS/node$NODE_SUFFIX.log" unshare --net --mount sleep infinity
    await 10 namespaces_there
    use_node "$NODE"
    provide_node_folders
}

# The process takes its last name when it is where it should be.
namespaces_there() {
    local pid
    pid=$(component_pid "node$NODE_SUFFIX") && [[ $(<"/proc/$pid/comm") == sleep ]]
}

# Ends everything on the node in use, and the node with it.
end_node() {
    kill_component "kubelet$NODE_SUFFIX"
    kill_component "containerd$NODE_SUFFIX"
    end_containers
    kill_component "node$NODE_SUFFIX"
    unplug_for_good
}

# The folders that a node has on this machine: all of them are the machine's, those of homes and the shared one too, as
# storage that every node mounts would be. But not the mounts of other nodes' pods, nor the logs of their containers:
# a kubelet deletes the logs of pods that are not its own. What a node is to mount itself, it mounts here.
provide_node_folders() {
    local target
    while read -r target; do
        "${ENTER[@]}" umount --lazy "$target" 2>/dev/null || true
    done < <(our_mounts | tac)
    mkdir -p /var/log/pods /var/log/containers
    "${ENTER[@]}" mount --bind "$NODE_STATE/log/pods" /var/log/pods
    "${ENTER[@]}" mount --bind "$NODE_STATE/log/containers" /var/log/containers
}

nodes_ready() { each_node node_ready; }

# drop_nodes N - takes away all nodes but the first N.
drop_nodes() {
    local node
    for node in $(further_nodes | sort --reverse); do
        ((node <= $1)) || drop_node "$node"
    done
    list_components
    [[ ! $(further_nodes) ]] || return 0
    stop_component registry-for-nodes
    stop_component api-for-nodes
    use_node 1
    remove_switch
    renew_component kube-controller-manager
}

# drop_node N - takes the node away, from any state, with the pods on it.
drop_node() {
    use_node "$1"
    forget_node || echo "the API server does not answer: $NODE_NAME stays on its list"
    end_node
    remove_cgroups
    remove_shim_sockets
    rm -rf --one-file-system "$NODE_RUN" "$PKI/kubelet$NODE_SUFFIX".* "$LOGS/"*"$NODE_SUFFIX.log"
    rm -rf --one-file-system "$NODE_STATE"
}

forget_node() {
    kubectl delete node "$NODE_NAME" --ignore-not-found --wait=false
    kubectl delete pods --all-namespaces --field-selector="spec.nodeName=$NODE_NAME" --grace-period=0 --force --wait=false
}
