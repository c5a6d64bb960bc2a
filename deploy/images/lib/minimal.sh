# shellcheck shell=bash
# Images of one program and the libraries it is linked to: no shell, no package manager, user 65532.

# make_minimal_root ROOT PACKAGES - unpacks the packages that a file lists into ROOT, without what nobody reads in a
# container. What is installed stays on record for scanners of vulnerabilities, which look in status.d where there is no
# package manager.
make_minimal_root() {
    local root=$1 packages
    mapfile -t packages < <(grep -v '^#' "$2")
    mkdir -p "${root%/*}"
    unpack_packages "$root" "${packages[@]}"
    cd "$root" || return
    record_packages
    [[ ! -d usr/share/ca-certificates ]] || bundle_authorities
    delete_unused
    printf 'root:x:0:0:root:/:/nonexistent\nlabgate:x:65532:65532:labgate:/:/nonexistent\n' >etc/passwd
    printf 'root:x:0:\nlabgate:x:65532:\n' >etc/group
    mkdir -m 1777 tmp
}

# As update-ca-certificates would, for the folder of the root.
bundle_authorities() {
    mkdir -p etc/ssl/certs
    find usr/share/ca-certificates -name '*.crt' -print0 | LC_ALL=C sort -z | xargs -0 cat \
        >etc/ssl/certs/ca-certificates.crt
}

# In the folder of the root: what the packages have beside programs, libraries, licences and data.
delete_unused() {
    find usr/share/doc -type f ! -name copyright -delete
    rm -rf usr/share/{man,info,lintian,bug,locale,ca-certificates,base-files,gdb,debconf,bash-completion} \
        usr/lib/*/{gconv,krb5,engines-3,ossl-modules,audit} usr/lib/systemd lib/systemd usr/{games,src,local,sbin,include} \
        usr/share/zoneinfo/{right,posix} etc/{skel,profile.d,update-motd.d,default,init.d,logrotate.d,ca-certificates} \
        home media mnt opt srv boot root run bin sbin VERSIONS
    find . -depth -mindepth 1 -type d -empty -delete
}

# In the folder of the root: a file for each package with what dpkg would have on record. One apt-cache for all of them:
# each start of it takes a second.
record_packages() {
    local names
    mapfile -t names < <(sed 's/[:\t].*//' VERSIONS)
    mkdir -p var/lib/dpkg/status.d
    apt-cache show --no-all-versions "${names[@]}" | awk '
        /^Package: / { file = "var/lib/dpkg/status.d/" $2; is_told = 1 }
        /^Description/ || /^$/ { is_told = 0 }
        is_told && !/^(Filename|MD5sum|SHA256):/ { print >file }'
}

# build_minimal_image ROOT CONTAINERFILE IMAGE - the same root gives the same image.
build_minimal_image() {
    cp "$2" "${1%/*}/Containerfile"
    buildah build --isolation chroot --pull-never --timestamp 0 --tag "$3" "${1%/*}"
}
