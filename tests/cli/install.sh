#!/bin/sh
# SPDX-License-Identifier: MIT
# make install: what lies where, that it works there, that what was switched off stays away, and that make uninstall
# leaves nothing.
# shellcheck source=tests/tap.sh disable=SC2154 # the Makefile sets top_srcdir and top_builddir
. "$top_srcdir/tests/tap.sh"

unset SWDLINK_PROBE
rule=lib/udev/rules.d/60-swdlink.rules

# make_there DIRECTORY WORD...: make in a build directory, as from a terminal of its own
make_there() {
    where=$1
    shift
    run env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$where" "$@"
}

files_below() {
    (cd "$1" && find . ! -type d | sed 's,^\./,,' | sort)
}

lies_there() {
    [ -f "$1" ] || {
        echo "# $1 is not there"
        return 1
    }
}

# The ids of a rule, or of the table of probes.
ids_of() {
    sed -n 's/.*idProduct}=="\([0-9a-f]*\)".*/\1/p; s/^    {0x\(37[0-9a-f]*\), "ST-LINK.*/\1/p' "$1" | sort
}

root=$tap_dir/root
prefix=$(sed -n 's/^prefix = //p' "$top_builddir/Makefile")
there=$root$prefix
make_there "$top_builddir" install DESTDIR="$root"
check "make install succeeds" is "$status" 0
check "the program is installed" lies_there "$there/bin/swdlink"
check "its manual is installed" lies_there "$there/share/man/man1/swdlink.1"
check "the guide to the doctor is installed" lies_there "$there/share/doc/swdlink/cannot-connect.md"
check "the schema of --json is installed" lies_there "$there/share/doc/swdlink/swdlink.schema.json"
check "completion of bash is installed" lies_there "$there/share/bash-completion/completions/swdlink"
check "completion of zsh is installed" lies_there "$there/share/zsh/site-functions/_swdlink"
check "completion of fish is installed" lies_there "$there/share/fish/vendor_completions.d/swdlink.fish"
check "the udev rule is installed" lies_there "$there/$rule"
for file in README.md clion/swdlink.run.xml eclipse/swdlink.launch gdb/gdbinit platformio/platformio.ini \
    vscode/launch.json zephyr/README.md; do
    check "ide/$file is installed" lies_there "$there/share/swdlink/ide/$file"
done
every_ide_file() {
    is "$(files_below "$there/share/swdlink/ide")" "$(files_below "$top_srcdir/contrib/ide")"
}
check "each file for an IDE is installed" every_ide_file

run "$there/bin/swdlink" --version
check "the installed program runs" is "$status" 0
for face in st-util ST-LINK_gdbserver; do
    face_is_ours() {
        run env SWDLINK="$there/bin/swdlink" "$there/libexec/swdlink/$face" --version && is "$status" 0 &&
            grep -q '^swdlink [0-9]' "$out"
    }
    check "$face is swdlink" face_is_ours
    check "$face starts the installed swdlink" grep -q "{SWDLINK:-$prefix/bin/swdlink}" "$there/libexec/swdlink/$face"
    check "$face is not in anybody's PATH" [ ! -e "$there/bin/$face" ]
done

check "the rule has each ST-LINK that swdlink knows" \
    is "$(ids_of "$there/$rule")" "$(ids_of "$top_srcdir/swd/usb_enumerate.c")"
check "the rule of the sources has the same" is "$(ids_of "$top_srcdir/contrib/udev/60-swdlink.rules")" "$(ids_of "$there/$rule")"
rule_group() {
    sed -n 's/.*GROUP="\([^"]*\)".*/\1/p' "$1" | sort -u
}
check "the rule names the group that configure found" \
    is "$(rule_group "$there/$rule")" "$(sed -n 's/^UDEV_GROUP = //p' "$top_builddir/Makefile")"

make_there "$top_builddir" uninstall DESTDIR="$root"
check "make uninstall succeeds" is "$status" 0
check "make uninstall leaves nothing" is "$(files_below "$root")" ""
check "the folder of swdlink is gone" [ ! -e "$there/share/swdlink" ]

if [ -f "$top_srcdir/config.status" ]; then
    skip "the switches of configure" "the sources are configured in place, which rules out another tree"
    plan
    exit 0
fi

# The recipes of the rule and of the switches, in a tree that is configured and not built.
configured() {
    other=$tap_dir/$1
    shift
    mkdir -p "$other"
    here=$PWD
    cd "$other" || exit 99
    run "$source_dir/configure" -q --cache-file="$tap_dir/cache" --prefix="$tap_dir/elsewhere" CC="$compiler" "$@"
    cd "$here" || exit 99
}
source_dir=$(cd "$top_srcdir" && pwd)
compiler=$(sed -n 's/^CC = //p' "$top_builddir/Makefile")
# What is installed beside programs and documents; it needs no program.
beside="install-nodist_unitDATA install-nodist_udevDATA install-zshDATA install-fishDATA install-nodist_facesSCRIPTS install-data-local"
installs() { # TREE COUNT
    # shellcheck disable=SC2086 # one word per target
    make_there "$tap_dir/$1" $beside DESTDIR="$tap_dir/$1-root" && is "$status" 0 &&
        is "$(files_below "$tap_dir/$1-root" | wc -l)" "$2"
}
mkdir "$tap_dir/bare-root"
configured bare --disable-udev --disable-completions --disable-ide-files --without-systemd
check "--disable-udev, --disable-completions, --disable-ide-files, --without-systemd leave these out" installs bare 0
units=0
grep -q '^SYSTEMD_LIBS = -l' "$top_builddir/Makefile" && units=3
configured nobody --with-udev-group=no
check "without these switches all are there" installs nobody "$((13 + units))"
made=$tap_dir/nobody-root$tap_dir/elsewhere/$rule
check "--with-udev-group=no names no group" is "$(rule_group "$made")" ""
check "such a rule still lets the person at the computer in" \
    is "$(grep -c 'MODE="0660", TAG+="uaccess"' "$made")" "$(ids_of "$made" | wc -l)"
check "such a rule does not speak of a group" [ "$(grep -ci 'group' "$made")" -eq 0 ]
configured dialers --with-udev-group=dialers
make_there "$tap_dir/dialers" contrib/udev/installed/60-swdlink.rules
check "--with-udev-group takes another one" is "$(rule_group "$tap_dir/dialers/contrib/udev/installed/60-swdlink.rules")" dialers
configured wrong --with-udev-group='a"; rm'
if [ $units -gt 0 ]; then
    check "the units without a group have root as their user" \
        is "$(cat "$tap_dir"/nobody-root"$tap_dir"/elsewhere/lib/systemd/system/* | grep -cE '^(DynamicUser|SupplementaryGroups|SocketGroup)=')" 0
    check "the program of the units is the installed one" \
        is "$(sed -n 's/^ExecStart=\([^ ]*\) .*/\1/p' "$tap_dir"/nobody-root"$tap_dir"/elsewhere/lib/systemd/system/*.service | sort -u)" \
        "$tap_dir/elsewhere/bin/swdlink"
fi
check "a group that is no name is refused" [ "$status" -ne 0 ]
if command -v udevadm >/dev/null && udevadm verify --help >/dev/null 2>&1; then
    run udevadm verify "$made"
    check "udevadm has nothing to say about the rule" is "$status" 0
else
    skip "udevadm has nothing to say about the rule" "udevadm verify is not there"
fi
plan
