# shellcheck shell=bash
# What images are made of.

# inputs_of FILE... - prints a digest of files and of all files of folders; relative ones are those of deploy/images.
inputs_of() {
    cd "$IMAGES_FOLDER" || return
    find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-32
}

# debian_sources - prints Debian 12's lines of this machine's package sources, for the image to be built from.
debian_sources() {
    local lines
    # shellcheck disable=SC2016  # apt fills these in
    lines=$(apt-get indextargets --format '$(ORIGIN) deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
        sed -n 's/^Debian \(deb .* bookworm[a-z-]* main\)$/\1/p' | sort -u)
    echo "${lines:-deb http://deb.debian.org/debian bookworm main}"
}
