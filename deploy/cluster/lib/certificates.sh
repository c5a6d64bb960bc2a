# shellcheck shell=bash
# One certificate authority signs the cluster's certificates, a second one etcd's, so that nobody but the API server
# reaches the store. All keys are EC P-256 and belong to root.

CERTIFICATE_DAYS=3650

# Makes all keys, certificates and kubeconfigs; the folder appears only when it is whole.
make_certificates() {
    local partial=$PKI.partial
    rm -rf "$partial"
    (
        umask 077
        mkdir -p "$partial"
        cd "$partial" || return
        make_authority ca labgate-cluster
        make_authority etcd-ca labgate-cluster-etcd
        make_certificate etcd etcd-ca /CN=etcd IP:127.0.0.1
        make_certificate apiserver-etcd-client etcd-ca /CN=kube-apiserver
        make_certificate apiserver ca /CN=kube-apiserver \
            "IP:127.0.0.1,IP:10.96.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc"
        make_certificate apiserver-kubelet-client ca /O=system:masters/CN=kube-apiserver-kubelet-client
        make_node_certificate
        make_certificate admin ca /O=system:masters/CN=admin
        make_certificate kube-controller-manager ca /CN=system:kube-controller-manager
        make_certificate kube-scheduler ca /CN=system:kube-scheduler
        make_key service-account
        openssl pkey -in service-account.key -pubout -out service-account.pub
        for user in admin kube-controller-manager kube-scheduler; do
            make_kubeconfig "$user" >"$user.kubeconfig"
        done
    )
    mv "$partial" "$PKI"
}

# make_node_certificate - the one of the kubelet of the node in use, which is both a client and a server, and its
# kubeconfig. The current folder is the one with the keys.
make_node_certificate() {
    make_certificate "kubelet$NODE_SUFFIX" ca "/O=system:nodes/CN=system:node:$NODE_NAME" "IP:$NODE_NAME"
    make_kubeconfig "kubelet$NODE_SUFFIX" >"kubelet$NODE_SUFFIX.kubeconfig"
}

make_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"; }

make_authority() {
    make_key "$1"
    openssl req -x509 -new -key "$1.key" -days "$CERTIFICATE_DAYS" -subj "/CN=$2" -out "$1.crt" \
        -addext basicConstraints=critical,CA:true -addext keyUsage=critical,keyCertSign,cRLSign,digitalSignature
}

# make_certificate NAME AUTHORITY SUBJECT [ALTERNATIVE_NAMES]
make_certificate() {
    make_key "$1"
    openssl req -new -key "$1.key" -subj "$3" -out "$1.csr"
    openssl x509 -req -in "$1.csr" -CA "$2.crt" -CAkey "$2.key" -CAcreateserial -days "$CERTIFICATE_DAYS" \
        -out "$1.crt" -extfile <(
            echo "keyUsage=critical,digitalSignature"
            echo "extendedKeyUsage=serverAuth,clientAuth"
            [[ -z ${4:-} ]] || echo "subjectAltName=$4"
        )
    rm "$1.csr"
}

# make_kubeconfig USER - prints a kubeconfig that holds the user's certificate and key themselves.
make_kubeconfig() {
    cat <<END
apiVersion: v1
kind: Config
clusters:
  - name: labgate-cluster
    cluster:
      server: https://$MASTER:6443$(((NODE == 1)) || printf '\n      tls-server-name: localhost')
      certificate-authority-data: $(base64 --wrap=0 ca.crt)
users:
  - name: $1
    user:
      client-certificate-data: $(base64 --wrap=0 "$1.crt")
      client-key-data: $(base64 --wrap=0 "$1.key")
contexts:
  - name: labgate-cluster
    context:
      cluster: labgate-cluster
      user: $1
current-context: labgate-cluster
END
}
