# shellcheck shell=bash
# shellcheck disable=SC2034  # read by the files that all.sh sources with this one
# Debian's packages. What runs in the cluster is unpacked into the cache instead of being installed: no system service
# starts, no file of another container runtime on the machine is replaced, and nothing stays when the cache goes.

# The packages whose files the cluster runs, unpacked into one tree.
NODE_PACKAGES=(etcd-server containerd runc containernetworking-plugins docker-registry kubernetes-client catatonit)
NODE_PACKAGES_KEY=$(printf '%s\n' "${NODE_PACKAGES[@]}" | sha256sum | cut -c 1-12)
NODE_ROOT=$CACHE/debian-12-packages-$NODE_PACKAGES_KEY

# apt-get that asks nothing, waits for another apt-get to end, and may write below folders of root.
apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 -o APT::Sandbox::User=root "$@"
}

# Runs apt with the arguments; when that fails, once more with fresh package lists.
apt_fresh() {
    apt "$@" && return
    apt update
    apt "$@"
}

# install_packages NAME... - installs those that are not installed yet.
install_packages() {
    local name missing=()
    for name; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || missing+=("$name")
    done
    ((${#missing[@]} == 0)) || apt_fresh install --no-install-recommends "${missing[@]}"
}

# have_packages NAME... - succeeds if all are installed.
have_packages() {
    local name
    for name; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || return 1
    done
}

# unpack_packages FOLDER NAME... - downloads the packages and unpacks them into FOLDER, which appears only when whole.
# FOLDER/VERSIONS lists what is in it.
unpack_packages() {
    local folder=$1 partial=$1.partial file
    shift
    rm -rf "$partial"
    mkdir -p "$partial/.debs"
    cd "$partial/.debs" || return
    apt_fresh download "$@"
    for file in *.deb; do
        dpkg-deb --show "$file" >>"$partial/VERSIONS"
        dpkg-deb --extract "$file" "$partial"
    done
    rm -rf "$partial/.debs"
    mv "$partial" "$folder"
}

# download_source FOLDER NAME - downloads a source package of Debian 12 main into FOLDER. The deb-src line it needs is in
# a list that only this call sees; its mirror is the one apt is configured for.
download_source() {
    local folder=$1 name=$2 lists=$1/lists mirror options
    # shellcheck disable=SC2016  # apt fills these in
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)/$(COMPONENT)' 'Created-By: Packages' |
        sed -n 's, bookworm/main$,,p' | head -n 1)
    mkdir -p "$lists/partial"
    printf 'deb-src %s bookworm main\n' "${mirror:-http://deb.debian.org/debian}" >"$folder/sources.list"
    options=(-o "Dir::Etc::SourceList=$folder/sources.list" -o Dir::Etc::SourceParts=- -o "Dir::State::Lists=$lists")
    cd "$folder" || return
    apt "${options[@]}" update
    apt "${options[@]}" --download-only source "$name"
    rm -rf "$lists" "$folder/sources.list"
}
