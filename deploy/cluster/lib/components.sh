# shellcheck shell=bash
# shellcheck disable=SC2034  # read by the files that all.sh sources with this one
# The processes of the cluster: each one's command line, ports and test of readiness, in one place, so that a component
# comes back after a fault with the arguments it had.

# In the order in which they start.
COMPONENTS=(etcd kube-apiserver kube-controller-manager kube-scheduler registry containerd kubelet)

# How long a component may take to become ready, and to end by itself when asked, in seconds.
READY_SECONDS=60
STOP_SECONDS=15

# component_command NAME - fills COMMAND with the component's command line.
component_command() {
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
        ;;
    kube-scheduler)
        COMMAND=("$KUBERNETES_BIN/kube-scheduler" --bind-address=127.0.0.1 --port=0
            --kubeconfig="$PKI/kube-scheduler.kubeconfig" --leader-elect=false)
        ;;
    registry)
        COMMAND=("$NODE_ROOT/usr/bin/docker-registry" serve "$STATE/config/registry.yaml")
        ;;
    containerd)
        COMMAND=("$NODE_ROOT/usr/bin/containerd" --config "$STATE/config/containerd.toml")
        ;;
    kubelet)
        COMMAND=("$KUBERNETES_BIN/kubelet" --config="$STATE/config/kubelet.yaml" --kubeconfig="$PKI/kubelet.kubeconfig"
            --hostname-override="$NODE_NAME" --root-dir="$STATE/kubelet" --cert-dir="$STATE/kubelet/pki"
            --container-runtime=remote --container-runtime-endpoint="unix://$RUN/containerd.sock"
            --pod-infra-container-image="$PAUSE_IMAGE")
        ;;
    *) die "no component is called $1; there are: ${COMPONENTS[*]}" ;;
    esac
}

# component_ports NAME - prints the ports on 127.0.0.1 that the component listens on.
component_ports() {
    case $1 in
    etcd) echo 2379 2380 ;;
    kube-apiserver) echo 6443 ;;
    kube-controller-manager) echo 10257 ;;
    kube-scheduler) echo 10259 ;;
    registry) echo 5000 ;;
    kubelet) echo 10250 10248 ;;
    esac
}

# component_ready NAME - succeeds if the component answers.
component_ready() {
    local port
    case $1 in
    kube-apiserver) kubectl get --raw /readyz ;;
    containerd) containerd_ctl version && containerd_has_cri ;;
    *)
        for port in $(component_ports "$1"); do
            port_answers "$port" || return 1
        done
        ;;
    esac
}

# port_answers PORT - succeeds if something listens on 127.0.0.1:PORT.
port_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

kubectl() {
    "$NODE_ROOT/usr/bin/kubectl" --kubeconfig="$PKI/admin.kubeconfig" --cache-dir="$STATE/kubectl" \
        --request-timeout=10s "$@" 9>&-
}

containerd_ctl() { "$NODE_ROOT/usr/bin/ctr" --address "$RUN/containerd.sock" --namespace k8s.io "$@"; }

containerd_has_cri() { containerd_ctl plugins list | grep -q 'io.containerd.grpc.v1 *cri .* ok'; }
