#!/bin/sh
# SPDX-License-Identifier: MIT
# The Debian packages: built from what git tracks here, looked at by lintian. With SWDLINK_TEST_ALL also in a clean
# Debian: built there by an ordinary user, twice, in two folders, to the same bytes; installed in another one that has
# no compiler; and, for those who build themselves, make install. In each an ordinary user debugs a virtual board.
# shellcheck source=tests/tap.sh disable=SC2154 # the Makefile sets top_srcdir and top_builddir
. "$top_srcdir/tests/tap.sh"

suite=bookworm
sources=/etc/apt/sources.list.d/debian.sources
[ -f $sources ] || sources=/etc/apt/sources.list

# copy_sources DIRECTORY: what git tracks, as it is now.
copy_sources() {
    mkdir -p "$1" && (cd "$top_srcdir" && git ls-files -z | tar c --null -T - --ignore-failed-read) | tar x -C "$1"
}

# give_up WHAT WHY: nothing more can be tried here.
give_up() {
    skip "$1" "$2"
    plan
    exit 0
}

[ -e "$top_srcdir/.git" ] || give_up "the packages are built" "these sources are not in git"
for program in dpkg-buildpackage dh lintian; do
    command -v $program >/dev/null || give_up "the packages are built" "$program is not installed"
done

built=$tap_dir/built
copy_sources "$built/swdlink" || exit 99
cd "$built/swdlink" || exit 99
run env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u srcdir -u builddir -u top_srcdir -u top_builddir \
    dpkg-buildpackage -us -uc --build=full
check "the packages are built" is "$status" 0
[ "$status" -eq 0 ] || tail -n 40 "$out"
cd "$built" || exit 99
packages() {
    is "$(find . -maxdepth 1 -name '*.deb' ! -name '*dbgsym*' | sed 's,^\./\([^_]*\)_.*,\1,' | sort | tr '\n' ' ')" \
        "swdlink swdlink-doc swdlink-sim "
}
check "they are the program, the documents and the virtual board" packages
run lintian --no-cfg --allow-root --fail-on error,warning ./*.changes
check "lintian has neither an error nor a warning" is "$status" 0
[ "$status" -eq 0 ] || cat "$out"
hardened() {
    dpkg-deb -x swdlink_*.deb unpacked && readelf -hdlW unpacked/usr/bin/swdlink >"$out" &&
        grep -q 'Type: *DYN' "$out" && grep -q 'GNU_RELRO' "$out" && grep -q 'BIND_NOW' "$out"
}
check "the program is hardened" hardened
lets_anybody_in() {
    grep -q 'idProduct}=="374b", MODE="0660", GROUP="plugdev", TAG+="uaccess"' unpacked/usr/lib/udev/rules.d/60-swdlink.rules
}
check "the rule for udev is in it" lets_anybody_in

if [ -z "${SWDLINK_TEST_ALL-}" ]; then
    give_up "the packages in a clean Debian" "only with SWDLINK_TEST_ALL=1"
elif [ "$(id -u)" -ne 0 ] || ! command -v mmdebstrap >/dev/null; then
    give_up "the packages in a clean Debian" "that needs root and mmdebstrap"
fi

# clean_debian DIRECTORY PACKAGE...: a new Debian with an ordinary user.
clean_debian() {
    there=$1
    shift
    run mmdebstrap --mode=root --variant=minbase --include="$(echo "$*" | tr ' ' ,)" $suite "$there" $sources || return
    [ "$status" -eq 0 ] || {
        tail -n 20 "$err"
        return 1
    }
    chroot "$there" useradd -m person && mount -t proc proc "$there/proc"
}

# as_person DIRECTORY COMMAND: in that Debian, by its ordinary user, with his home as the current folder.
as_person() {
    run chroot --userspec=person:person "$1" env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/home/person LC_ALL=C.UTF-8 \
        sh -c "cd && $2"
    [ "$status" -eq 0 ] || {
        tail -n 40 "$out" "$err"
        return 1
    }
}

leave() {
    umount "$tap_dir/builder/proc" "$tap_dir/user/proc" 2>/dev/null
    rm -rf "$tap_dir"
}
trap leave EXIT

builder=$tap_dir/builder
depends=$(sed -n '/^Build-Depends:/,/^[A-Z]/s/^ \([a-z0-9.+-]*\).*/\1/p' "$built/swdlink/debian/control" | tr '\n' ' ')
# shellcheck disable=SC2086 # one word per package
check "a clean Debian with what the packages are built from" clean_debian "$builder" build-essential fakeroot debhelper $depends \
    gdb-multiarch binutils-arm-none-eabi umockdev
person=$builder/home/person
for folder in here over/there; do
    copy_sources "$person/$folder/swdlink"
done
chroot "$builder" chown -R person:person /home/person
check "an ordinary user builds them there" as_person "$builder" "cd here/swdlink && dpkg-buildpackage -us -uc -b"
check "and again in another folder" as_person "$builder" "cd over/there/swdlink && dpkg-buildpackage -us -uc -b"
same_bytes() {
    for package in "$person"/here/*.deb; do
        cmp "$package" "$person/over/there/${package##*/}" || return 1
    done
}
check "both give the same bytes" same_bytes

user=$tap_dir/user
check "a clean Debian without a compiler" clean_debian "$user" gdb-multiarch binutils-arm-none-eabi
mkdir "$user/packages"
cp "$person"/here/*.deb "$user/packages/"
rm -f "$user"/packages/*dbgsym*
run chroot "$user" sh -c "apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends /packages/*.deb"
check "the packages are installed there" is "$status" 0
[ "$status" -eq 0 ] || tail -n 20 "$out" "$err"
cp -r "$built/swdlink/debian/tests" "$user/home/person/"
for file in installed gdb-session; do
    check "an ordinary user: debian/tests/$file" as_person "$user" "tests/$file"
done
run chroot "$user" sh -c "DEBIAN_FRONTEND=noninteractive apt-get purge -q -y swdlink swdlink-sim swdlink-doc"
leaves_nothing() {
    is "$status" 0 && is "$(find "$user/usr" "$user/etc" "$user/lib" "$user/var/lib/swdlink" -name '*swdlink*' 2>/dev/null)" ""
}
check "purged, nothing of them is left" leaves_nothing

check "an ordinary user builds from source" as_person "$builder" \
    "cd here/swdlink && autoreconf -fi && mkdir build && cd build && ../configure -q && make -s -j2"
run chroot "$builder" make -s -C /home/person/here/swdlink/build install
check "make install" is "$status" 0
check "an ordinary user debugs with what was installed" as_person "$builder" "here/swdlink/debian/tests/gdb-session"
run chroot "$builder" make -s -C /home/person/here/swdlink/build uninstall
check "make uninstall leaves nothing" is "$(find "$builder/usr/local" ! -type d)" ""
plan
