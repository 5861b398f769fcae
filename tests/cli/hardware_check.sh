#!/bin/sh
# SPDX-License-Identifier: MIT
# contrib/hardware-check at virtual boards on a mocked USB bus: what it does to the board, what it finds, and the file
# that it ends in.
# shellcheck source=tests/tap.sh disable=SC2154 # the Makefile sets top_srcdir and top_builddir
. "$top_srcdir/tests/tap.sh"

unset SWDLINK_PROBE
# gcc's sanitizer runtime must not insist on being before the preload library.
ASAN_OPTIONS=verify_asan_link_order=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}
export ASAN_OPTIONS
kit=$top_srcdir/contrib/hardware-check
sim=$top_builddir/swdlink-sim
file=$tap_dir/check.tar.gz
account=$tap_dir/account.json

if [ ! -x "$sim" ] || ! command -v umockdev-run >/dev/null || ! command -v python3 >/dev/null; then
    skip "the hardware check at virtual boards" "swdlink-sim, umockdev or python3 is missing"
    plan
    exit 0
fi

# at BOARD ARGUMENT...: the kit at a board, into $file; its files then lie in $tap_dir/hardware-check.
at() {
    board=$1
    shift
    rm -rf "$file" "$tap_dir/hardware-check"
    run "$sim" --account "$account" "$board" -- "$kit" --yes --output "$file" \
        --swdlink "$top_builddir/swdlink" --swdlink-sim "$sim" "$@"
    [ ! -e "$file" ] || tar -xzf "$file" -C "$tap_dir"
}

report=$tap_dir/hardware-check/report.txt

# A virtual board must be compared equal with itself: whatever differs then is a fault of the kit.
for board in stm32f031k6,firmware=count stm32f051c8,probe=v2-1,firmware=count stm32f091rc,probe=v3,firmware=count \
    stm32f072rb,probe-fw=V2J29S7,probe-mode=mass,firmware=count; do
    at "$board"
    check "the check of $board ends well" is "$status" 0
    check "it is compared with a board of its kind" lacks "$report" "note:"
    check "it answers as itself" grep -q "^[1-9][0-9]* commands compared, [0-9]* answered alike, 0 differently$" "$report"
    check "no step was left out" is "$(grep -c "^step " "$report")" 12
    # On a busy computer the doctor may find that the link is slow.
    check "each did what it should" is "$(grep "^step " "$report" | grep -cv "^step \(doctor\|deep\):\|: status 0 ")" 0
    check "the board saw nothing that silicon forbids" grep -q '"violations": \[\]' "$account"
    check "the flash was not touched" grep -q '"pages_erased": 0' "$account"
done
check "it announces what it will do" has "$out" "This will be done to the board"
check "it ends in one file to send" has "$out" "please send $file"
check "the file has the records" [ -s "$tap_dir/hardware-check/session.rec" ]
run "$top_builddir/swdlink" info --probe "replay:$tap_dir/hardware-check/info.rec"
check "its records replay" has "$out" STM32F07
run "$kit" --compare "$file" --swdlink-sim "$sim"
check "a maintainer compares the file again" has "$out" "answered alike, 0 differently"

# The flash, when asked for.
at "stm32f031k6,firmware=count,store=$tap_dir/flash.bin"
cp "$tap_dir/flash.bin" "$tap_dir/before.bin"
at "stm32f031k6,store=$tap_dir/flash.bin" --flash
check "with --flash the last page is written and read" grep -q "^step flash-verify: status 0" "$report"
check "and put back" cmp -n 32768 "$tap_dir/before.bin" "$tap_dir/flash.bin"
check "the flash was erased for it" grep -q '"pages_erased": [1-9]' "$account"
check "it announces that, too" has "$out" "overwritten with a pattern, and written back as it was"

# What differs is named.
at stm32f031k6,firmware=count,usb=stall@400
check "a probe that stalls where the virtual one does not is told with the place" \
    grep -q "^difference: command .*: stall, virtual ok (1 times, first at [a-z0-9-]*\.rec line [0-9]*)$" "$report"
at stm32f031k6,swdio=gnd
check "a board that is not reached gives a file" is "$status" 0
check "which tells how it answered" has "$report" "command f2 30: status 09, virtual 80"
at stm32f031k6,firmware=count,usb=unplug@150
check "a probe that is unplugged gives a file" is "$status" 0
at stm32f031k6,idcode=0x10006999,firmware=count
check "a chip that nobody knows gives a useful file" has "$report" "read 0x40015800 4 --output word.bin), value 0x10006999"
check "and is not taken for another" has "$report" "chip: not known"

# Nothing is done to nobody's board, or unasked.
run "$sim" --account "$account" stm32f031k6 -- "$kit" --output "$file.new" --swdlink "$top_builddir/swdlink" \
    --swdlink-sim "$sim"
check "without an answer nothing is done" has "$out" "nothing was done"
check "the probe got no command" grep -q '"usb_commands": 0,' "$account"
run "$kit" --yes --output "$file" --swdlink "$top_builddir/swdlink" --swdlink-sim "$sim"
check "a file that is there is not overwritten" has "$err" "$file is there already"
run "$kit" --compare "$top_srcdir/README.md" --swdlink-sim "$sim"
check "a file that is none is told" grep -q "^hardware-check: " "$err"

# The virtual probe by lines of text, which the comparison is made with.
commands() {
    printf '%b' "$1" >"$tap_dir/commands"
    run "$sim" stm32f031k6,probe-mode=mass --commands "$tap_dir/commands"
}
commands 'f180 <6\nf5 <2\nwait 1000\nf230a3 <2\nf236f0ed00e0 <8\n'
check "--commands prints the replies" is "$(tr '\n' ';' <"$out")" \
    "ok 294783044837;ok 0100;ok;ok 8000;$(sed -n 5p "$out");"
check "a reply has what was asked for" grep -q "^ok 80000000........$" "$out"
commands 'f236f0ed00e0 <8\n'
check "a command that is refused stalls" is "$(cat "$out")" stall
for line in 'f' 'zz' 'f5 <x' 'f5 <9999999' 'f5 =0' 'wait' 'wait x' 'f5 <2 <2' '0011223344556677889900112233445566'; do
    commands "f5 <2\n$line\n"
    check "'$line' is no command" has "$err" "line 2 is no command"
done
run "$sim" --commands /nowhere
check "commands that are not there are told" has "$err" "/nowhere: No such file"
run "$sim" --commands - -- true
check "--commands and a program do not go together" is "$status" 125
plan
