# shellcheck shell=bash
# The registry that images are pushed to: plain HTTP on loopback, else HTTPS, with the password of `buildah login`.

REGISTRY=localhost:5000
# The label of a pushed image that tells what it was built from.
INPUTS_LABEL=dev.labgate.inputs

# use_registry HOST:PORT - names the registry.
use_registry() {
    [[ $1 == *:+([0-9]) ]] || die "--registry needs HOST:PORT"
    REGISTRY=$1
}

need_registry() {
    have_packages curl || step "install curl" install_packages curl
    registry_get "" >/dev/null ||
        die "no registry answers at $REGISTRY (raise one with deploy/cluster/up, or name it with --registry), or not" \
            "without a password (buildah login $REGISTRY)"
}

# registry_get PATH - prints the registry's answer to a GET of /v2/PATH.
registry_get() {
    local scheme=https
    is_loopback && scheme=http
    registry_password | curl --silent --fail --max-time 10 --location --config - \
        --header 'Accept: application/vnd.oci.image.manifest.v1+json' \
        --header 'Accept: application/vnd.docker.distribution.manifest.v2+json' "$scheme://$REGISTRY/v2/$1"
}

# registry_password - prints a line for curl with the password that `buildah login` has kept for the registry, if any.
registry_password() {
    local file word
    for file in "${REGISTRY_AUTH_FILE:-}" "${XDG_RUNTIME_DIR:-/run/containers/0}/containers/auth.json" \
        /run/containers/0/auth.json "${HOME:-/root}/.docker/config.json"; do
        [[ -f $file ]] || continue
        word=$(tr -d ' \n\t' <"$file" | sed -n "s,.*\"$REGISTRY\":{\"auth\":\"\([^\"]*\)\".*,\1,p")
        [[ $word ]] || continue
        echo "header = \"Authorization: Basic $word\""
        return
    done
}

is_loopback() { [[ $REGISTRY == @(localhost|127.*|\[::1\]):* ]]; }

# pushed_inputs NAME - prints the inputs label of the pushed image: the manifest names the configuration, a blob which
# holds the labels. Prints nothing if there is none.
pushed_inputs() {
    local digest
    digest=$(registry_get "$1/manifests/latest" | tr -d ' \n' | sed -n 's/.*"config":{[^}]*"digest":"\([^"]*\)".*/\1/p') || true
    [[ $digest ]] || return 0
    registry_get "$1/blobs/$digest" | sed -n "s/.*\"$INPUTS_LABEL\" *: *\"\([^\"]*\)\".*/\1/p" | head -n 1
}

push_image() {
    local options=()
    ! is_loopback || options+=(--tls-verify=false)
    buildah push "${options[@]}" "$1" "docker://$2"
}

