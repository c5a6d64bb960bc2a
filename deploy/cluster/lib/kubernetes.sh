# shellcheck shell=bash
# Builds the server parts of Kubernetes from Debian 12's source package (its binary package has kubectl alone).
# The build goes on where it was interrupted; the finished programs appear in the cache all at once.

KUBERNETES_VERSION=1.20.2
KUBERNETES_PROGRAMS=(kube-apiserver kube-controller-manager kube-scheduler kubelet)
# Built programs are kept by version and by this recipe: a change to either builds them anew.
KUBERNETES_BIN=$CACHE/kubernetes-$KUBERNETES_VERSION-$(sha256sum "${BASH_SOURCE[0]}" | cut -c 1-8)
KUBERNETES_BUILD=$CACHE/kubernetes-$KUBERNETES_VERSION.build
KUBERNETES_SOURCE=$KUBERNETES_BUILD/gopath/src/k8s.io/kubernetes
GO_ROOT=$KUBERNETES_BUILD/go/usr/lib/go-1.19

# Does what is still missing of the build, one line of progress per part.
build_kubernetes() {
    [[ -d $KUBERNETES_BIN ]] || build_programs
    [[ ! -d $KUBERNETES_BUILD ]] || step "delete what only the build needed" rm -rf "$KUBERNETES_BUILD"
}

build_programs() {
    local program
    mkdir -p "$KUBERNETES_BUILD/tmp"
    have_packages dpkg-dev || step "install dpkg-dev (unpacks source packages)" install_packages dpkg-dev
    [[ -d ${GO_ROOT%/usr/*} ]] ||
        step "download the Go 1.19 compiler" unpack_packages "${GO_ROOT%/usr/*}" golang-1.19-go golang-1.19-src
    [[ -d $KUBERNETES_SOURCE ]] ||
        step "download the source of Kubernetes $KUBERNETES_VERSION (35 MB)" unpack_kubernetes_source
    [[ -f $KUBERNETES_BUILD/openapi.done ]] || step "generate the API server's OpenAPI code" generate_openapi
    for program in "${KUBERNETES_PROGRAMS[@]}"; do
        step "build $program (once; a few minutes for all)" go_command install -trimpath -tags providerless,dockerless \
            -ldflags "$(version_flags)" "./cmd/$program"
    done
    step "keep the programs in $KUBERNETES_BIN" keep_kubernetes
}

unpack_kubernetes_source() {
    local download=$KUBERNETES_BUILD/download sources
    rm -rf "$download"
    mkdir -p "$download"
    download_source "$download" kubernetes
    sources=("$download"/kubernetes_*really"$KUBERNETES_VERSION"-*.dsc)
    dpkg-source --no-check --extract "${sources[0]}" "$download/kubernetes"
    mkdir -p "${KUBERNETES_SOURCE%/*}"
    renew_reflect2 "$download/kubernetes/vendor/github.com/modern-go/reflect2"
    mv "$download/kubernetes" "$KUBERNETES_SOURCE"
    rm -rf "$download"
}

# The reflect2 that comes with the source looks into maps as Go did before 1.18: an API server built with a newer Go dies
# at the first custom resource. Debian has the mended release as a package.
renew_reflect2() {
    local vendored=$1 package=$KUBERNETES_BUILD/reflect2
    [[ -d $package ]] || unpack_packages "$package" golang-github-modern-go-reflect2-dev
    rm "$vendored"/*.go "$vendored"/*.s
    cp "$package"/usr/share/gocode/src/github.com/modern-go/reflect2/*.{go,s} "$vendored"
    rm "$vendored"/*_test.go 2>/dev/null || true
}

# Runs go in the Kubernetes source with the vendored packages alone (GOPATH mode: the source package's module files are
# not complete), with every cache and temporary file below the build folder.
go_command() {
    cd "$KUBERNETES_SOURCE" || return
    env -i HOME="$KUBERNETES_BUILD" PATH="$GO_ROOT/bin:/usr/bin:/bin" GOROOT="$GO_ROOT" \
        GOPATH="$KUBERNETES_BUILD/gopath" GOCACHE="$KUBERNETES_BUILD/gocache" GOTMPDIR="$KUBERNETES_BUILD/tmp" \
        GO111MODULE=off GOTOOLCHAIN=local CGO_ENABLED=0 go "$@"
}

# kube-apiserver does not compile without pkg/generated/openapi, which the source package leaves out. The packages that
# go into it are those marked `+k8s:openapi-gen`, as in build/root/Makefile.generated_files.
generate_openapi() {
    local generator=$KUBERNETES_BUILD/openapi-gen packages
    go_command build -o "$generator" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
    cd "$KUBERNETES_SOURCE" || return
    packages=$(grep -rl --include='*.go' '^// +k8s:openapi-gen=' cmd pkg plugin vendor/k8s.io/*/ |
        grep -v -e ^vendor/k8s.io/code-generator/ -e ^vendor/k8s.io/sample-apiserver/ |
        xargs -n 1 dirname | LC_ALL=C sort -u | sed 's,^,k8s.io/kubernetes/,' | paste -s -d ,)
    env -i PATH="$GO_ROOT/bin:/usr/bin:/bin" GOROOT="$GO_ROOT" GOPATH="$KUBERNETES_BUILD/gopath" GO111MODULE=off \
        GOCACHE="$KUBERNETES_BUILD/gocache" "$generator" --input-dirs "$packages" \
        --output-package k8s.io/kubernetes/pkg/generated/openapi --output-file-base zz_generated.openapi \
        --go-header-file vendor/k8s.io/code-generator/hack/boilerplate.go.txt \
        --report-filename "$KUBERNETES_BUILD/openapi.violations"
    diff "$KUBERNETES_BUILD/openapi.violations" api/api-rules/violation_exceptions.list
    touch "$KUBERNETES_BUILD/openapi.done"
}

# Clients read the version from these variables; without them kubectl warns of an unknown server.
version_flags() {
    local package major minor
    IFS=. read -r major minor _ <<<"$KUBERNETES_VERSION"
    printf '%s' '-s -w'
    for package in k8s.io/kubernetes/vendor/k8s.io/{component-base/version,client-go/pkg/version}; do
        printf ' -X %s' "$package.gitVersion=v$KUBERNETES_VERSION" "$package.gitMajor=$major" \
            "$package.gitMinor=$minor" "$package.gitTreeState=archive"
    done
}

keep_kubernetes() {
    local program partial=$KUBERNETES_BIN.partial
    rm -rf "$partial"
    mkdir -p "$partial"
    for program in "${KUBERNETES_PROGRAMS[@]}"; do
        install -m 0755 "$KUBERNETES_BUILD/gopath/bin/$program" "$partial/"
    done
    "$partial/kubelet" --version
    mv "$partial" "$KUBERNETES_BIN"
}
