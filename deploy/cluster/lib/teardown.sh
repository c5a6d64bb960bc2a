# shellcheck shell=bash
# Takes the cluster away from any state it may be in. Each part looks at what is there, not at what should be.

# Ends all components. Nothing is asked to end by itself: all they would save is deleted next.
end_components() {
    local index
    for ((index = ${#COMPONENTS[@]} - 1; index >= 0; index--)); do
        kill_component "${COMPONENTS[index]}"
    done
    for index in $(further_nodes); do kill_component "node-$index"; done
}

# Ends the containers of the node in use: first their shims, known by the address of its containerd on their command
# line, then whatever is still in the cgroups of its pods.
end_containers() {
    local file pid arguments
    for file in /proc/[0-9]*/cmdline; do
        { mapfile -d '' -t arguments <"$file"; } 2>/dev/null || continue
        [[ ${arguments[0]:-} == *containerd-shim* && " ${arguments[*]} " == *" $NODE_RUN/containerd.sock "* ]] || continue
        pid=${file#/proc/}
        kill -KILL "${pid%/*}" 2>/dev/null || true
    done
    await 10 cgroups_empty || {
        echo "processes in the cgroup $CGROUP do not end: $(cgroup_processes | xargs)"
        return 1
    }
}

cgroup_processes() {
    local mount
    cgroup_mounts | while read -r mount; do
        [[ ! -d $mount/$CGROUP ]] || find "$mount/$CGROUP" -name cgroup.procs -exec cat {} + 2>/dev/null
    done | sort -u
}

# Kills what is in our cgroups; succeeds when nothing is.
cgroups_empty() {
    local pids
    mapfile -t pids < <(cgroup_processes)
    ((${#pids[@]} == 0)) && return
    kill -KILL "${pids[@]}" 2>/dev/null || true
    return 1
}

# Unmounts everything below STATE and RUN, the innermost first: volumes, container roots, network namespaces.
unmount_all() {
    local target
    while read -r target; do
        umount "$target" 2>/dev/null || umount --lazy "$target"
    done < <(our_mounts | tac)
    [[ -z $(our_mounts) ]] || {
        echo "still mounted: $(our_mounts | xargs)"
        return 1
    }
}

# Field 5 of mountinfo, proc(5), is the mount point; blanks in it are written as octal escapes.
our_mounts() {
    local target
    while read -r _ _ _ _ target _; do
        printf -v target '%b' "$target"
        [[ $target/ != "$STATE"/* && $target/ != "$RUN"/* ]] || printf '%s\n' "$target"
    done </proc/self/mountinfo
}

# The pods' links went with their network namespaces.
remove_network() {
    each_node unplug_for_good
    use_node 1
    remove_policy
    remove_switch
}

remove_cgroups() {
    local mount
    cgroup_mounts | while read -r mount; do
        [[ ! -d $mount/$CGROUP ]] || await 5 remove_cgroup "$mount/$CGROUP"
    done
}

remove_cgroup() { find "$1" -depth -type d -exec rmdir {} + && [[ ! -d $1 ]]; }

# Sockets of the shims of the node in use, which are not in its own folder.
remove_shim_sockets() {
    local file
    for file in "$NODE_RUN"/containerd/io.containerd.runtime.v2.task/k8s.io/*/address; do
        [[ -f $file ]] || continue
        file=$(<"$file")
        rm -f "${file#unix://}"
    done
}

# Sets the kernel settings back to what they were before up.
restore_sysctl() {
    local key value
    [[ -f $STATE/sysctl ]] || return 0
    while read -r key value; do
        [[ $(<"/proc/sys/$key") == "$value" ]] || echo "$value" >"/proc/sys/$key"
    done <"$STATE/sysctl"
}

# Files that the kubelet and containerd put at fixed places outside STATE and RUN.
remove_strays() {
    local file folder container
    each_node remove_shim_sockets
    for file in "$STATE"/kubelet/pods/*; do
        rm -rf /var/log/pods/*_"${file##*/}"
    done
    for file in /var/lib/cni/results/labgate-cluster-*-eth0; do
        container=${file#*/labgate-cluster-}
        rm -f "$file" "/var/lib/cni/results/cni-loopback-${container%-eth0}-lo"
    done
    [[ ! -d /var/log/containers ]] || find /var/log/containers -xtype l -delete
    for folder in /var/lib/cni/results /var/lib/cni /run/containerd/s /run/containerd; do
        [[ ! -d $folder ]] || rmdir --ignore-fail-on-non-empty "$folder"
    done
    [[ -f $STATE/own-folders ]] || return 0
    while read -r folder; do
        [[ ! -d $folder ]] || find "$folder" -xdev -depth -delete
    done <"$STATE/own-folders"
}

# STATE goes last of all, for it holds what the other parts need to know when they are run again; and all at once, so
# that up never takes half of it for a whole one.
remove_files() {
    rm -rf --one-file-system "$RUN"
    finish_removal
    [[ ! -d $STATE ]] || mv "$STATE" "$STATE.removed"
    finish_removal
}

finish_removal() { rm -rf --one-file-system "$STATE.removed"; }
