#!/bin/sh
# SPDX-License-Identifier: MIT
# --record and --probe replay:FILE: every command replays to the same output and status, with the errors of the
# probe; files that cannot be written or read; what differs.
# shellcheck source=tests/tap.sh disable=SC2154 # the Makefile sets top_srcdir and top_builddir
. "$top_srcdir/tests/tap.sh"

unset SWDLINK_PROBE NO_COLOR
swdlink=$top_builddir/swdlink
firmware=$top_builddir/tests/firmware
record=$tap_dir/it.rec

run "$swdlink" list --probe virtual
if [ "$status" -ne 0 ]; then
    skip "records of the virtual board" "this build has none"
    plan
    exit 0
fi

# Output, messages and status are the same; the replay says first what it replays.
same_again() {
    cp "$out" "$tap_dir/out1"
    cp "$err" "$tap_dir/err1"
    status1=$status
    run "$swdlink" "$@" --probe "replay:$record"
    is "$status" "$status1" && cmp "$out" "$tap_dir/out1" && has "$err" "replaying $record: swdlink " &&
        sed '/^replaying /d' "$err" >"$tap_dir/err2" && cmp "$tap_dir/err2" "$tap_dir/err1"
}

# replays BOARD STATUS COMMAND...
replays() {
    board=$1
    wanted=$2
    shift 2
    rm -f "$record"
    run "$swdlink" "$@" --probe "virtual:$board" --record "$record"
    check "$* on $board ends with status $wanted" is "$status" "$wanted"
    check "$* on $board replays" same_again "$@"
}

for probe in v2 v2-1 v3 v3e v3pwr; do
    replays "stm32f031k6,probe=$probe" 0 info
done
replays stm32f031k6 0 info --json
replays stm32f031k6 0 read 0x08000000 64
replays stm32f031k6 0 reset --halt
replays stm32f031k6 0 options
replays stm32f031k6 0 options WRP0=0xfe
replays stm32f031k6,rdp=1 0 unlock --yes
replays stm32f031k6 0 erase
replays stm32f031k6 0 erase --range 0x08000400:0x400
replays stm32f031k6 1 doctor
replays stm32f031k6 1 doctor --deep --json
replays stm32f031k6,swdio=gnd 1 doctor
replays stm32f031k6,nrst=gnd 1 doctor
replays stm32f031k6,swclk=flaky 1 doctor
replays stm32f031k6,usb=forbidden 1 doctor
replays stm32f031k6,usb=busy 1 info
replays stm32f031k6,usb=unplug@20 1 info
replays stm32f031k6,usb=stall@20 1 info --json
replays stm32f031k6,usb=timeout@4 1 info
replays stm32f031k6,usb=stale-reply 0 info
replays stm32f031k6,swdio=open 1 info
if [ -f "$firmware/sample.elf" ]; then
    replays stm32f031k6 0 flash "$firmware/sample.elf"
    replays stm32f031k6 1 verify "$firmware/sample.elf"
    replays stm32f031k6,usb=unplug@70 1 flash "$firmware/sample.elf"
    replays "stm32f031k6,firmware=$firmware/losses-moder.elf" 1 doctor --trace-loss --elf "$firmware/losses-moder.elf"
    replays stm32f031k6 0 run --semihosting-dir "$tap_dir" "$firmware/ci.elf"
    replays stm32f031k6 124 run --timeout 1 "$firmware/sample.elf"
else
    skip "flash, verify, run and doctor --trace-loss replay" "arm-none-eabi-gcc is not installed"
fi

# A replay is somebody else's affair: neither the computer's probes nor its journal are looked at.
run "$swdlink" info --probe virtual:stm32f031k6,serial=0123456789abcdef --record "$record"
run "$swdlink" list --probe "replay:$record"
check "list shows the recorded probe" has "$out" "0123456789abcdef"
check "list shows no other" is "$(wc -l <"$out")" 1
run env XDG_STATE_HOME="$tap_dir" "$swdlink" info --probe "replay:$record"
check "a replay leaves no journal" [ ! -e "$tap_dir/swdlink" ]
run env SWDLINK_PROBE="replay:$record" "$swdlink" info
check "SWDLINK_PROBE may name a record" is "$status" 0

# What differs.
run "$swdlink" info --json --probe "replay:$record"
check "another form of output is no difference" is "$status" 0
run "$swdlink" reset --probe "replay:$record"
check "another command is one" is "$status" 1
check "it is told with its line, what was expected and what came" \
    grep -q "^swdlink: this conversation differs from the record .* at line [0-9]*: expected was command .*; what came is command " \
    "$err"
run "$swdlink" read 0x08000000 4 --probe "replay:$record"
check "read ends with 1 for a difference" is "$status" 1
run "$swdlink" run "$firmware/sample.elf" --probe "replay:$record"
check "run ends with 125 for a difference" is "$status" 125

# Files.
echo precious >"$record"
run "$swdlink" info --probe virtual:stm32f031k6,usb=forbidden --record "$record"
check "without a probe a file stays as it was" is "$(cat "$record")" precious
check "and that is told" has "$err" "stays as it was: no probe was opened"
run "$swdlink" read 5 --probe virtual --record "$record"
check "wrong usage leaves it, too" is "$(cat "$record")" precious
run "$swdlink" info --probe virtual:nonsense --record "$tap_dir/none"
check "a board that is none leaves no record" [ ! -e "$tap_dir/none" ]
run "$swdlink" info --probe virtual --record "$record"
check "an open probe replaces it" has "$record" swdlink-record
check "nothing else is left beside it" is "$(find "$tap_dir" -name 'it.rec*' | wc -l)" 1
# shellcheck disable=SC2012 # the mode is what is looked at
check "only its owner may read it" is "$(ls -l "$record" | cut -c1-10)" -rw-------
ln -s "$record" "$tap_dir/link"
run "$swdlink" info --probe virtual --record "$tap_dir/link"
check "a symbolic link stays one" [ -h "$tap_dir/link" ]
if command -v setpriv >/dev/null && [ "$(id -u)" = 0 ]; then
    nobody="setpriv --reuid 65534 --regid 65534 --clear-groups"
else
    nobody=
fi
if [ -n "$nobody" ] && ! $nobody "$swdlink" --version >/dev/null 2>&1; then
    skip "a file that is not to be written stays as it was" "others than root cannot run $swdlink"
else
    mkdir "$tap_dir/own"
    echo precious >"$tap_dir/own/it.rec"
    chmod 755 "$tap_dir"
    chmod 444 "$tap_dir/own/it.rec"
    [ -z "$nobody" ] || chown -R 65534 "$tap_dir/own"
    # shellcheck disable=SC2086 # words
    run $nobody "$swdlink" info --probe virtual --record "$tap_dir/own/it.rec"
    check "a file that is not to be written is no place for a record" is "$status" 1
    check "which is told" has "$err" "the record $tap_dir/own/it.rec cannot be written: Permission denied"
    check "it stays as it was" is "$(cat "$tap_dir/own/it.rec")" precious
fi
run "$swdlink" info --probe virtual --record /nowhere/it.rec
check "a record that cannot be begun ends the command" is "$status" 1
check "and the reason is told" has "$err" "the record /nowhere/it.rec cannot be written: No such file or directory"
check "the probe was not asked" is_empty "$out"
if [ -c /dev/full ]; then
    run "$swdlink" info --probe virtual --record /dev/full
    check "a full disk is told" has "$err" "the record /dev/full ends here, it cannot be written: No space left"
    check "the command does its work all the same" has "$out" F031x6
        check "and its status tells" is "$status" 1
    if [ -f "$firmware/ci.elf" ]; then
        run "$swdlink" run --semihosting-dir "$tap_dir" "$firmware/ci.elf" --probe virtual --record /dev/full
        check "of run it is 125, not the program's" is "$status" 125
    fi
    # The files of a virtual board are written when the probe is closed.
    for file in account=/dev/full vcd=/dev/full store=/nowhere/store; do
        board=virtual:stm32f031k6,$file
        run "$swdlink" info --probe "$board"
        check "info with $file ends with 1" is "$status" 1
        check "and says it once" is "$(grep -c "/dev/full.*No space left\|/nowhere.*No such file" "$err")" 1
        check "and does its work all the same" has "$out" F031x6
        run "$swdlink" info --probe "$board,swdio=open"
        check "what went wrong before it is told, too ($file)" is "$(grep -c '^swdlink: \|^error: ' "$err")" 2
        run "$swdlink" list --probe "$board"
        check "list with $file ends with 1" is "$status" 1
        run "$swdlink" serve --stdio --probe "$board"
        check "serve with $file ends with 1" is "$status" 1
    done
    run "$swdlink" info --probe virtual:stm32f031k6,account=/dev/full,vcd=/dev/full,store=/nowhere/store
    check "each of three files is told" is "$(grep -c '/dev/full\|/nowhere' "$err")" 3
    run "$swdlink" info --probe virtual:stm32f031k6,account=/dev/full --record /dev/full
    check "the record and the account are both told" is "$(grep -c '/dev/full' "$err")" 2
    if [ -f "$firmware/ci.elf" ]; then
        run "$swdlink" run --semihosting-dir "$tap_dir" "$firmware/ci.elf" --probe virtual:stm32f031k6,account=/dev/full
        check "run ends with 125 then, not as the program" is "$status" 125
    fi
else
    skip "a full disk is told" "there is no /dev/full"
fi
run "$swdlink" info --probe "replay:$tap_dir/none"
check "a record that is not there is told" has "$err" "the record $tap_dir/none cannot be read: No such file"
run "$swdlink" info --probe "replay:$top_srcdir/README.md"
check "a file that is no record is told" has "$err" "is no record that swdlink can replay: line 1"
run "$swdlink" doctor --probe "replay:$tap_dir/none"
check "the doctor calls nothing healthy that it did not see" is_empty "$out"
run "$swdlink" doctor --probe virtual:stm32f031k6,firmware=/nowhere.elf --record "$tap_dir/none"
check "nor a board whose file is missing" is_empty "$out"
check "a file that is missing is no fault of a probe, and leaves no record" [ ! -e "$tap_dir/none" ]
run "$swdlink" info --probe replay:
check "replay: wants a file" is "$status" 2
run "$swdlink" info --probe "replay:$record" --record "$tap_dir/other"
check "a replay is not recorded again" is "$status" 2
run "$swdlink" serve --all --record "$record"
check "serve --all has no one conversation" is "$status" 2
run "$swdlink" list --record "$record"
check "list has none at all" is "$status" 2
plan
