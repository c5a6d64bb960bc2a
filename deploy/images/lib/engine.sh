# shellcheck shell=bash
# The container engine of this host that images are loaded into instead, Docker's or Podman's: the API of both.

# The engine's socket; empty for a registry.
ENGINE=

# use_engine SOCKET - names the engine.
use_engine() {
    [[ -S $1 ]] || die "--engine needs the socket of a container engine (deploy/host/engine up prints it)"
    ENGINE=$1
}

engine_request() { curl --silent --show-error --fail --unix-socket "$ENGINE" "$@"; }

# loaded_inputs NAME - prints the inputs label of the image that the engine has; nothing if it has none.
loaded_inputs() {
    engine_request "http://engine/images/localhost/$1:latest/json" 2>/dev/null |
        sed -n "s/.*\"$INPUTS_LABEL\" *: *\"\([^\"]*\)\".*/\1/p" | head -n 1
}

# load_image IMAGE NAME - gives the image to the engine, as NAME.
load_image() {
    local archive=$IMAGES_CACHE/tmp/load.tar
    buildah push "$1" "docker-archive:$archive:$2"
    # A file that is not read into memory: images are large.
    engine_request --request POST --header 'Content-Type: application/x-tar' --header 'Expect:' --upload-file "$archive" \
        http://engine/images/load
    rm "$archive"
}
