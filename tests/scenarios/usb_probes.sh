#!/bin/sh
# SPDX-License-Identifier: MIT
# Every model of ST-LINK on the USB bus, several at once, held by somebody else, and with faults of the bus:
# swdlink and programs by others at them.
# shellcheck disable=SC2016,SC2154 # what stands in single quotes is for the inner shell; the Makefile sets $srcdir
# shellcheck source=tests/scenarios/interoperability.inc
. "$srcdir/tests/scenarios/interoperability.inc"
need openocd st-info
need_preload
# gcc's sanitizer runtime must not insist on being loaded before swdlink-sim's preload library.
ASAN_OPTIONS=verify_asan_link_order=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}
export ASAN_OPTIONS
unset SWDLINK_PROBE
swdlink=$top_builddir/swdlink
quiet='gdb_port disabled; tcl_port disabled; telnet_port disabled'

at() {
    board=$1
    shift
    timeout 60 "$sim" "stm32f031k6$board" -- "$@"
}

ours() {
    at ",probe=$1" "$swdlink" info && seen "ST-LINK/$2, firmware $3, serial" 'core *Cortex-M0 r0p0' \
        'F031x6'
}

openocds() {
    at ",probe=$1" openocd -f interface/stlink.cfg -f target/stm32f0x.cfg -c "$quiet" -c init -c shutdown &&
        seen "STLINK $3 (API v[23]) VID:PID 0483:$2" 'Cortex-M0 r0p0 processor detected'
}

infos() {
    at ",probe=$1" st-info --probe && seen 'Found 1 stlink' 'chipid: *0x0444' 'flash: *32768'
}

for model in 'v2 V2 V2J37S7 3748' 'v2-1 V2-1 V2J37M26 374B' 'v3 V3 V3J7M3B5 374F' 'v3e V3E V3J7M3 374E' \
    'v3pwr V3PWR V4J6B2P6 3757'; do
    # shellcheck disable=SC2086 # its words
    set -- $model
    check "$2: swdlink knows it and reaches the chip" ours "$1" "$2" "$3"
    [ "$1" != v3pwr ] || continue # younger than these versions, which do not look for its USB id
    check "$2: OpenOCD does" openocds "$1" "$4" "$3"
    check "$2: st-info does" infos "$1"
done

counts() {
    timeout 60 "$sim" --count 3 stm32f031k6,probe=v2-1 -- sh -c '"$1" list && st-info --probe' sh "$swdlink" &&
        seen 'Found 3 stlink' && [ "$(grep -c '^ST-LINK/V2-1' "$dir/out")" = 3 ] &&
        [ "$(sed -n 's/^  serial: *//p' "$dir/out" | sort -u | wc -l)" = 3 ]
}
check 'three probes at once have three serial numbers' counts

chooses() {
    timeout 60 "$sim" --count 3 -- sh -c '"$1" info --probe 303030303030303030303032' sh "$swdlink" &&
        seen 'serial 303030303030303030303032'
}
check 'one of three is chosen by its serial number' chooses

# Serial numbers that are missing or garbage tell nobody apart: places on the bus do.
without_serial() {
    timeout 60 "$sim" --count 2 stm32f031k6,serial=none -- "$swdlink" "$@"
}
places() {
    without_serial list && seen 'usb:1-1 ' 'usb:1-2 ' 'chosen by its place' && without_serial list --json &&
        seen '"probe": "usb:1-1"' '"location": "1-2"'
}
check 'probes without a serial number are listed with their places' places
chosen_by_place() {
    without_serial info && return 1
    seen 'choose one with --probe SERIAL or --probe usb:BUS-PORT' 'at usb:1-2' &&
        without_serial info --probe usb:1-2 && seen 'serial ?, at usb:1-2' &&
        without_serial info --json --probe usb:1-1 && seen '"location": "1-1"' &&
        ! without_serial info --probe usb:1-7 && seen 'no ST-LINK at that place; plugged in' &&
        ! without_serial info --probe usb:1-1.2 && ! without_serial info --probe usb: &&
        ! without_serial info --probe '?' && seen 'several ST-LINKs fit'
}
check 'and are chosen by them' chosen_by_place
served_by_place() {
    timeout 60 "$sim" --count 2 stm32f031k6,serial=none -- sh -c '"$1" serve --all --listen 0 2>"$2" &
        tries=0
        until [ "$(grep -c "^Listening on port" "$2")" = 2 ] || [ $tries -ge 600 ]; do tries=$((tries + 1)); sleep 0.1; done
        kill $!; wait; cat "$2"' sh "$swdlink" "$dir/served"
    seen 'for usb:1-1' 'for usb:1-2'
}
check 'serve --all serves each of them' served_by_place

held() {
    at '' sh -c '"$1" serve --listen 0 2>"$2" &
        tries=0
        until grep -q ^Listening "$2" || [ $tries -ge 600 ]; do tries=$((tries + 1)); sleep 0.1; done
        st-info --probe; openocd -f interface/stlink.cfg -c "$3" -f target/stm32f0x.cfg -c init -c shutdown
        echo "OpenOCD: $?"
        "$1" info
        echo "swdlink: $?"
        kill $!; wait' sh "$swdlink" "$dir/served" "$quiet"
    seen 'OpenOCD: 1' 'swdlink: 1' 'another program is using the ST-LINK' && unseen 'chipid: *0x0444'
}
check 'a probe that swdlink serves is busy for the others' held

# Whatever happens on the bus, swdlink tells the truth or says what went wrong, and the next one is not harmed.
# The clock may end up slower. Noise in place of an answer can pass for one: the protocol has no checksum.
same() {
    grep -v '^SWD clock' "$1" | cmp - "$dir/clean"
}
at '' "$swdlink" info | grep -v '^SWD clock' >"$dir/clean"
spoilt() {
    at ",usb=$1" sh -c '"$1" info >"$2" 2>"$3"; echo "first: $?" >>"$3"; exec "$1" info' sh "$swdlink" \
        "$dir/first" "$dir/first-err" >"$dir/second" || { cat "$dir/first-err"; return 1; }
    cat "$dir/first" "$dir/first-err"
    same "$dir/second" || return 1
    if grep -q '^first: 0' "$dir/first-err"; then
        case $1 in garbage@*) ;; *) same "$dir/first" ;; esac
    else
        grep -q '^first: 1' "$dir/first-err" && grep -q '^swdlink: .....' "$dir/first-err"
    fi
}
for fault in stall short garbage; do
    for at in 1 2 3 5 8 13 21 34; do
        check "$fault at command $at: the truth or a sentence, and the next program works" spoilt "$fault@$at"
    done
done
for fault in late timeout; do
    for at in 1 8 21; do
        check "$fault at command $at: the truth or a sentence, and the next program works" spoilt "$fault@$at"
    done
done

unharmed() {
    spoilt "$1" && grep -q '^first: 0' "$dir/first-err"
}
check 'a stale reply does no harm' unharmed stale-reply
check 'a lost data toggle does no harm' unharmed toggle-loss
check 'slow answers do no harm' unharmed slow

pulled() {
    at ",usb=unplug@$1" "$swdlink" info && return 1
    seen '^swdlink: .*\(unplugged\|gone\|USB\)'
}
for at in 1 5 20; do
    check "unplugged at command $at: swdlink says so" pulled $at
done

ocd_at() {
    at ",usb=$1" openocd -f interface/stlink.cfg -f target/stm32f0x.cfg -c "$quiet" -c init -c 'mdw 0xe000ed00' \
        -c shutdown && seen '0xe000ed00: 410cc200'
}
check 'OpenOCD gets along with a lost data toggle' ocd_at toggle-loss
check 'OpenOCD gets along with a stale reply' ocd_at stale-reply
check 'OpenOCD gets along with slow answers' ocd_at slow
echo "1..$n"
