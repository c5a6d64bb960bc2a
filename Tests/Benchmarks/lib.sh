# shellcheck shell=bash
# What the benchmarks' programs share. To be sourced after deploy/cluster/lib/all.sh.

BENCHMARKS=$(cd -- "${BASH_SOURCE[0]%/*}" && pwd)
PROJECT=${BENCHMARKS%/Tests/Benchmarks}

# build_labgate - builds labgate for release, and sets LABGATE to the executable.
build_labgate() {
    local swift
    swift=$("$PROJECT/deploy/prerequisites" test)
    step "build labgate for release (some minutes the first time)" \
        "$swift/swift" build --package-path "$PROJECT" --configuration release --product labgate
    LABGATE=$("$swift/swift" build --package-path "$PROJECT" --configuration release --show-bin-path)/labgate
}

# provide_cluster KEEP - exports KUBECONFIG, and sets LAB_IMAGE.
provide_cluster() {
    if [[ ${KUBECONFIG:-} ]] && command kubectl --request-timeout=10s get --raw /version >/dev/null 2>&1; then
        say "using the cluster of KUBECONFIG"
        LAB_IMAGE=${LAB_IMAGE:-docker.io/library/gcc:13}
        return
    fi
    provide_local_cluster "$1"
}

# provide_local_cluster KEEP - the same with the cluster on this machine, which is taken away at the end unless KEEP is
# set or it was there before.
provide_local_cluster() {
    [[ -e $KUBECONFIG_FILE || $1 ]] || trap '"$PROJECT/deploy/cluster/down"' EXIT
    KUBECONFIG=$("$PROJECT/deploy/cluster/up")
    export KUBECONFIG PATH=$NODE_ROOT/usr/bin:$PATH
    "$PROJECT/deploy/images/build" edu_gcc
    LAB_IMAGE=${LAB_IMAGE:-localhost:5000/edu_gcc:latest}
}
