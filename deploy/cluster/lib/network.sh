# shellcheck shell=bash
# The network between nodes: a switch that carries node to node, and on it an overlay that carries pod to pod, as Weave
# Net or flannel make one: each node wraps what goes to pods of another into VXLAN (RFC 7348). Who is where is written
# down beforehand, for all the nodes that there may be.

SWITCH=labgate-nodes
OVERLAY=labgate-vxlan
OVERLAY_ID=42
# VXLAN takes 50 bytes of each packet: with larger frames on the switch, pods have their usual 1500.
SWITCH_MTU=1600

# The switch, and the first node's place on it and in the overlay.
provide_switch() {
    use_node 1
    ip link show "$SWITCH" >/dev/null 2>&1 || ip link add "$SWITCH" mtu "$SWITCH_MTU" type bridge
    ip address replace 10.245.0.1/24 dev "$SWITCH"
    ip link set "$SWITCH" up
    join_overlay
}

# plug_in - connects the node in use.
plug_in() {
    local card=labgate-node$NODE_SUFFIX holder
    holder=$(component_pid "node$NODE_SUFFIX")
    "${ENTER[@]}" ip link set lo up
    "${ENTER[@]}" ip link show eth0 >/dev/null 2>&1 || {
        ip link add "$card" mtu "$SWITCH_MTU" type veth peer name eth0 mtu "$SWITCH_MTU" netns "$holder"
        "${ENTER[@]}" ip address add "$NODE_NAME/24" dev eth0
    }
    ip link set "$card" master "$SWITCH" up
    "${ENTER[@]}" ip link set eth0 up
    join_overlay
    # The API server's Service (see api-service), by the overlay: the answers come that way.
    "${ENTER[@]}" ip route replace "$SERVICE_NETWORK" via 10.244.0.0 dev "$OVERLAY" onlink
}

# pull_plug, put_plug - cut the node in use off, and connect it again. On this machine, as a switch's port is locked.
pull_plug() { ip link set "labgate-node$NODE_SUFFIX" down; }
put_plug() { ip link set "labgate-node$NODE_SUFFIX" up; }

unplug_for_good() {
    ! ip link show "labgate-node$NODE_SUFFIX" >/dev/null 2>&1 || ip link delete "labgate-node$NODE_SUFFIX"
}

# The node's end of the overlay, and the way to the pods of each other one.
join_overlay() {
    local peer
    "${ENTER[@]}" ip link show "$OVERLAY" >/dev/null 2>&1 ||
        "${ENTER[@]}" ip link add "$OVERLAY" address "$(overlay_card "$NODE")" mtu $((SWITCH_MTU - 50)) \
            type vxlan id "$OVERLAY_ID" local "10.245.0.$NODE" dstport 4789 nolearning
    "${ENTER[@]}" ip address replace "$OVERLAY_ADDRESS/32" dev "$OVERLAY"
    "${ENTER[@]}" ip link set "$OVERLAY" up
    for ((peer = 1; peer <= NODE_LIMIT; peer++)); do
        ((peer == NODE)) || join_peer "$peer"
    done
}

join_peer() {
    local card gateway=10.244.$(($1 - 1)).0
    card=$(overlay_card "$1")
    "${ENTER[@]}" bridge fdb replace "$card" dev "$OVERLAY" dst "10.245.0.$1"
    "${ENTER[@]}" ip neighbor replace "$gateway" lladdr "$card" dev "$OVERLAY" nud permanent
    "${ENTER[@]}" ip route replace "$gateway/24" via "$gateway" dev "$OVERLAY" onlink
}

# overlay_card N - prints the hardware address of a node's end of the overlay.
overlay_card() { printf '02:00:0a:f5:00:%02x\n' "$1"; }

# The stand-in for NetworkPolicies: whether a packet of one pod's to another is carried at all. Every packet between
# pods is routed by a node, those of pods on one node too, so that a rule for routes is all it takes.
POLICY=$STATE/policy
POLICY_PRIORITY=100

policy() { [[ -f $POLICY ]] && cat "$POLICY" || echo allow; }

# apply_policy - makes the node in use keep the policy. What the node itself sends to its pods is not concerned.
apply_policy() {
    remove_policy
    [[ $(policy) == deny ]] || return 0
    "${ENTER[@]}" ip rule add priority "$POLICY_PRIORITY" iif lo to "$POD_NETWORK" lookup main
    "${ENTER[@]}" ip rule add priority "$((POLICY_PRIORITY + 1))" from "$POD_NETWORK" to "$POD_NETWORK" prohibit
}

remove_policy() {
    local priority
    for priority in "$POLICY_PRIORITY" "$((POLICY_PRIORITY + 1))"; do
        while "${ENTER[@]}" ip rule delete priority "$priority" to "$POD_NETWORK" 2>/dev/null; do :; done
    done
}

# remove_switch - what provide_switch made.
remove_switch() {
    local link
    for link in "$OVERLAY" "$SWITCH"; do
        ! ip link show "$link" >/dev/null 2>&1 || ip link delete "$link"
    done
}
