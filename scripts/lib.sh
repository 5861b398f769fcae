# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154 # $top comes from the caller, $build_packages goes to it
# What scripts/serve and scripts/check share: Debian packages, configuring, building.

# What the programs are built from, and the debugger that talks to them.
build_packages="autoconf automake gcc gcc-arm-none-eabi gdb-multiarch libc6-dev libdw-dev libelf-dev libev-dev
    libjansson-dev libnewlib-arm-none-eabi libusb-1.0-0-dev make pkgconf"

say() {
    printf '%s\n' "$*"
}

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# The packages of the arguments that are not installed, one per line.
missing_packages() {
    for package in "$@"; do
        # shellcheck disable=SC2016 # dpkg-query's own variable
        status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null) || status=
        [ "$status" = "install ok installed" ] || say "$package"
    done
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "installing packages needs root: log in as root, or install sudo, and run this again"
    fi
}

# Installs what is missing of the arguments; says so before, and does nothing when nothing is missing.
install_packages() {
    command -v dpkg-query >/dev/null ||
        die "this is no Debian: install what 'configure' asks for by hand, then build as CONTRIBUTING.md says"
    # shellcheck disable=SC2046 # one word per package
    set -- $(missing_packages "$@")
    [ $# -gt 0 ] || return 0
    say "installing Debian packages: $*"
    as_root apt-get update -q ||
        die "apt-get update failed; is there a network?"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" ||
        die "apt-get install failed; the lines above say why"
}

processors() {
    getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1
}

# The files that autotools make in the source tree. Later changes of configure.ac and Makefile.am are
# noticed by make itself.
bootstrap() {
    if [ ! -f "$top/configure" ] || [ ! -f "$top/Makefile.in" ]; then
        (cd "$top" && autoreconf -fi)
    fi
}

# configure_in DIRECTORY [ARGUMENT]...: configures there, once.
configure_in() {
    directory=$1
    shift
    [ ! -f "$directory/Makefile" ] || return 0
    mkdir -p "$directory" && (cd "$directory" && "$top/configure" -q "$@")
}
