# shellcheck shell=bash
# shellcheck disable=SC2034  # read by the files that all.sh sources with this one
# The processes of the cluster: each one's command line, ports and test of readiness, in one place, so that a component
# comes back after a fault with the arguments it had.

# Those of the master and the first node, in the order in which they start.
FIRST_COMPONENTS=(etcd kube-apiserver kube-controller-manager kube-scheduler registry containerd kubelet)

# list_components - fills COMPONENTS with the names of all, in that order. Further nodes reach the API server and the
# registry, which listen on this machine's loopback, by two doors.
list_components() {
    local node
    COMPONENTS=("${FIRST_COMPONENTS[@]}")
    [[ ! $(further_nodes) ]] || COMPONENTS+=(api-for-nodes registry-for-nodes)
    for node in $(further_nodes); do COMPONENTS+=("containerd-$node" "kubelet-$node"); done
}

list_components

# How long a component may take to become ready, and to end by itself when asked, in seconds.
READY_SECONDS=60
STOP_SECONDS=15

# component_node NAME - makes the node that the component belongs to the one in use.
component_node() {
    case $1 in
    *-[2-9]) use_node "${1##*-}" ;;
    *) use_node 1 ;;
    esac
}

# component_command NAME - fills COMMAND with the component's command line.
component_command() {
    [[ " ${COMPONENTS[*]} " == *" $1 "* ]] || die "no component is called $1; there are: ${COMPONENTS[*]}"
    component_node "$1"
    case $1 in
    etcd)
        COMMAND=("$NODE_ROOT/usr/bin/etcd" --name=labgate --data-dir="$STATE/etcd" --unsafe-no-fsync
            --listen-client-urls=https://127.0.0.1:2379 --advertise-client-urls=https://127.0.0.1:2379
            --listen-peer-urls=https://127.0.0.1:2380 --initial-advertise-peer-urls=https://127.0.0.1:2380
            --initial-cluster=labgate=https://127.0.0.1:2380
            --client-cert-auth --trusted-ca-file="$PKI/etcd-ca.crt"
            --cert-file="$PKI/etcd.crt" --key-file="$PKI/etcd.key"
            --peer-client-cert-auth --peer-trusted-ca-file="$PKI/etcd-ca.crt"
            --peer-cert-file="$PKI/etcd.crt" --peer-key-file="$PKI/etcd.key")
        ;;
    kube-apiserver)
        COMMAND=("$KUBERNETES_BIN/kube-apiserver" --bind-address=127.0.0.1 --secure-port=6443
            --advertise-address=127.0.0.1 --endpoint-reconciler-type=none
            --etcd-servers=https://127.0.0.1:2379 --etcd-cafile="$PKI/etcd-ca.crt"
            --etcd-certfile="$PKI/apiserver-etcd-client.crt" --etcd-keyfile="$PKI/apiserver-etcd-client.key"
            "--authorization-mode=Node,RBAC" --enable-admission-plugins=NodeRestriction --allow-privileged=true
            --client-ca-file="$PKI/ca.crt" --tls-cert-file="$PKI/apiserver.crt"
            --tls-private-key-file="$PKI/apiserver.key" --service-cluster-ip-range=10.96.0.0/16
            --service-account-issuer=https://kubernetes.default.svc
            --service-account-key-file="$PKI/service-account.pub"
            --service-account-signing-key-file="$PKI/service-account.key"
            --kubelet-certificate-authority="$PKI/ca.crt"
            --kubelet-client-certificate="$PKI/apiserver-kubelet-client.crt"
            --kubelet-client-key="$PKI/apiserver-kubelet-client.key")
        ;;
    kube-controller-manager)
        COMMAND=("$KUBERNETES_BIN/kube-controller-manager" --bind-address=127.0.0.1 --port=0
            --kubeconfig="$PKI/kube-controller-manager.kubeconfig" --leader-elect=false
            --use-service-account-credentials --service-account-private-key-file="$PKI/service-account.key"
            --root-ca-file="$PKI/ca.crt" --cluster-signing-cert-file="$PKI/ca.crt"
            --cluster-signing-key-file="$PKI/ca.key" --flex-volume-plugin-dir="$STATE/volume-plugins")
        # Where a node can be lost, a test of that need not wait the usual 40 s until it is noticed.
        [[ ! $(further_nodes) ]] || COMMAND+=(--node-monitor-period=2s --node-monitor-grace-period=12s)
        ;;
    kube-scheduler)
        COMMAND=("$KUBERNETES_BIN/kube-scheduler" --bind-address=127.0.0.1 --port=0
            --kubeconfig="$PKI/kube-scheduler.kubeconfig" --leader-elect=false)
        ;;
    registry)
        COMMAND=("$NODE_ROOT/usr/bin/docker-registry" serve "$STATE/config/registry.yaml")
        ;;
    containerd*)
        COMMAND=("$NODE_ROOT/usr/bin/containerd" --config "$NODE_STATE/config/containerd.toml")
        ;;
    kubelet*)
        COMMAND=("$KUBERNETES_BIN/kubelet" --config="$NODE_STATE/config/kubelet.yaml"
            --kubeconfig="$PKI/kubelet$NODE_SUFFIX.kubeconfig"
            --hostname-override="$NODE_NAME" --root-dir="$NODE_STATE/kubelet" --cert-dir="$NODE_STATE/kubelet/pki"
            --container-runtime=remote --container-runtime-endpoint="unix://$NODE_RUN/containerd.sock"
            --pod-infra-container-image="$PAUSE_IMAGE")
        ;;
    *-for-nodes)
        local address
        address=$(component_addresses "$1")
        # Not for pods, whose addresses are others: the registry takes whatever is pushed.
        COMMAND=(socat "TCP4-LISTEN:${address#*:},bind=${address%:*},range=$NODE_NETWORK,fork,reuseaddr,nodelay"
            "TCP4:127.0.0.1:${address#*:},nodelay")
        ;;
    esac
    COMMAND=("${ENTER[@]}" "${COMMAND[@]}")
}

# component_addresses NAME - prints the addresses that the component listens on, and that answer on this machine.
component_addresses() {
    local host=127.0.0.1
    case $1 in
    etcd) echo $host:2379 $host:2380 ;;
    kube-apiserver) echo $host:6443 ;;
    kube-controller-manager) echo $host:10257 ;;
    kube-scheduler) echo $host:10259 ;;
    registry) echo $host:5000 ;;
    kubelet) echo $host:10250 $host:10248 ;;
    kubelet-*) component_node "$1" && echo "$NODE_NAME:10250" ;;
    api-for-nodes) use_node 2 && echo "$MASTER:6443" ;;
    registry-for-nodes) use_node 2 && echo "$MASTER:5000" ;;
    esac
}

# component_ready NAME - succeeds if the component answers.
component_ready() {
    local address
    case $1 in
    kube-apiserver) kubectl get --raw /readyz ;;
    containerd*) component_node "$1" && containerd_ctl version && containerd_has_cri ;;
    *)
        for address in $(component_addresses "$1"); do
            address_answers "$address" || return 1
        done
        ;;
    esac
}

# address_answers HOST:PORT - succeeds if something listens there.
address_answers() { timeout 2 bash -c "exec 3<>/dev/tcp/${1%:*}/${1#*:}" 2>/dev/null; }

kubectl() {
    "$NODE_ROOT/usr/bin/kubectl" --kubeconfig="$PKI/admin.kubeconfig" --cache-dir="$STATE/kubectl" \
        --request-timeout=10s "$@" 9>&-
}

containerd_ctl() { "$NODE_ROOT/usr/bin/ctr" --address "$NODE_RUN/containerd.sock" --namespace k8s.io "$@"; }

containerd_has_cri() { containerd_ctl plugins list | grep -q 'io.containerd.grpc.v1 *cri .* ok'; }
