#!/bin/sh
# SPDX-License-Identifier: MIT
# The house keeps its order: includes point one way (cli, server, doctor, targets, flash, cortex,
# swd, base), sim/ shares only base/ with the rest, libusb.h and ev.h stay in their rooms, and nothing at file scope can change.
# shellcheck source=tests/tap.sh disable=SC2154 # the Makefile sets top_srcdir and top_builddir
. "$top_srcdir/tests/tap.sh"

product="base swd cortex flash targets doctor server cli"
rooms="base swd cortex flash targets doctor server cli sim"

# The rooms that a file of a room may include from.
allowed_rooms() {
    case $1 in
    base) echo base ;;
    swd) echo base swd ;;
    cortex) echo base swd cortex ;;
    flash) echo base swd cortex flash ;;
    targets) echo base swd cortex flash targets ;;
    doctor) echo base swd cortex flash targets doctor ;;
    server) echo base swd cortex flash targets doctor server ;;
    cli) echo base swd cortex flash targets doctor server cli ;;
    sim) echo base sim ;;
    esac
}

# The single files that may look further than their room.
allowed_file() {
    case "$1 $2" in
    "sim/board/link.c swd/usb_link.h" | "sim/board/link.h swd/usb_link.h") return 0 ;;
    "cli/virtual_sim.c sim/"*) return 0 ;;
    *" config.h") return 0 ;;
    esac
    return 1
}

# includes_of FILE: the paths between quotes, one per line.
includes_of() {
    sed -n 's/^ *# *include *"\([^"]*\)".*/\1/p' "$1"
}

# wrong_includes ROOM: prints each include of that room under the current directory that points the wrong way.
wrong_includes() {
    find "$1" -name '*.[chS]' 2>/dev/null | sort | while read -r file; do
        includes_of "$file" | while read -r header; do
            allowed_file "$file" "$header" && continue
            case " $(allowed_rooms "$1") " in
            *" ${header%%/*} "*) ;;
            *) echo "# $file includes $header" ;;
            esac
        done
    done
}

room_is_in_order() {
    wrong_includes "$1" >"$out"
    cat "$out"
    [ ! -s "$out" ]
}

# only_in HEADER PATTERN: the system header is included only by files that match.
only_in() {
    # shellcheck disable=SC2086 # one word per room
    grep -l "^ *# *include *<\($1\)>" -r $rooms 2>/dev/null | grep -v "^\($2\)" >"$out"
    sed 's/^/# included by /' "$out"
    [ ! -s "$out" ]
}

cd "$top_srcdir" || exit 99
for room in $rooms; do
    [ -d "$room" ] || continue
    check "$room/ includes only what it may" room_is_in_order "$room"
done
# The ST-LINK is one kind of debug probe: only who opens, lists or examines it knows what it is.
knows_the_stlink() {
    # shellcheck disable=SC2086 # one word per folder
    grep -lE '"swd/stlink[a-z_]*\.h"|struct stlink\b' -r $product 2>/dev/null |
        grep -vE '^(swd/|cli/probe\.[ch]$|cli/cmd_doctor\.c$|cli/doctor_guide\.[ch]$|doctor/measure)' >"$out"
    sed 's/^/# knows the ST-LINK: /' "$out"
    [ ! -s "$out" ]
}
# targets/target.h is the door: the layers above it do not reach into struct target.
reaches_inside() {
    grep -nE '\b(t|target)(->|\.)(core|bank|id|loan|job|code|swbreak|lifted)\b' -r "$@" --include='*.c' >"$out"
    sed 's/^/# reaches into struct target: /' "$out"
    [ -s "$out" ]
}
door_holds() { ! reaches_inside server cli doctor; }
finds_a_reach() {
    printf 'int f(struct target *t) { return t->core.vcatch; }\n' >"$tap_dir/reach.c" && reaches_inside "$tap_dir" >/dev/null
}
check "server/, cli/ and doctor/ do not reach into struct target" door_holds
check "a reach into struct target is found" finds_a_reach
check "struct stlink is known where a probe is opened, listed or examined only" knows_the_stlink
check "libusb.h is included where USB devices are listed and opened only" only_in "libusb.*" "swd/usb_\(enumerate\.h\|libusb\.c\)$"
check "ev.h is included in server/ only" only_in "ev\.h" "server/"

# The check itself can fail.
finds_a_wrong_include() {
    mkdir -p "$tap_dir/house/swd" &&
        printf '#include "targets/target.h"\n' >"$tap_dir/house/swd/bad.c" &&
        (cd "$tap_dir/house" && wrong_includes swd) >"$out" &&
        is "$(cat "$out")" "# swd/bad.c includes targets/target.h"
}
check "an include that points upward is found" finds_a_wrong_include

# changeable FILE...: what objdump finds in sections that a program can write to after it has started.
# .data.rel.ro is not among them: the loader fills in addresses and then closes it.
changeable() {
    objdump -t "$@" 2>/dev/null | awk '
        $NF ~ /^\./ { next }
        / (\.data|\.bss|\.tdata|\.tbss|\*COM\*|\.data\.rel|\.data\.rel\.local)([.][A-Za-z_]+[.0-9]*)?\t/ &&
            !/ \.data\.rel\.ro/ { print "# can change: " $NF }'
}

nothing_can_change() {
    changeable "$@" >"$out"
    cat "$out"
    [ ! -s "$out" ]
}

finds_a_variable() {
    printf 'int counter; static char text[4] = "abc"; char *get(void) { return text + counter++; }\n' \
        >"$tap_dir/bad.c" &&
        "${CC:-cc}" -c -o "$tap_dir/bad.o" "$tap_dir/bad.c" && changeable "$tap_dir/bad.o" >"$out" &&
        has "$out" "can change: counter" && has "$out" "can change: text"
}

cd "$top_builddir" || exit 99
if ! command -v objdump >/dev/null; then
    skip "no variable at file scope can change" "objdump is not installed"
elif nm libbase.a 2>/dev/null | grep -q __asan; then
    skip "no variable at file scope can change" "the sanitizers add their own"
else
    for archive in lib*.a; do
        check "no variable at file scope of $archive can change" nothing_can_change "$archive"
    done
    check "no variable at file scope of cli/ can change" nothing_can_change cli/*.o
    check "a variable at file scope is found" finds_a_variable
fi
plan
