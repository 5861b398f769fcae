#!/bin/sh
# SPDX-License-Identifier: MIT
# What --json prints, of every command, done and failed: plan() compares all of it with doc/swdlink.schema.json.
# shellcheck source=tests/tap.sh disable=SC2154 # the Makefile sets top_srcdir and top_builddir
. "$top_srcdir/tests/tap.sh"

unset SWDLINK_PROBE NO_COLOR
swdlink=$top_builddir/swdlink
board=virtual:stm32f031k6,store=$tap_dir/chip.bin
program=$top_builddir/tests/firmware/says.elf

run "$swdlink" list --probe virtual
if [ "$status" -ne 0 ] && grep -q "without the virtual board" "$err"; then
    skip "--json of every command" "this build has no virtual board"
    plan
    exit 0
fi
seq 1000 | head -c 3000 >"$tap_dir/data"

# ends WANTED COMMAND...: with --json it ends so.
ends() {
    wanted=$1
    shift
    run "$swdlink" "$@" --json
    is "$status" "$wanted" && [ -s "$out" ]
}

# Each command, done.
while read -r wanted words; do
    # shellcheck disable=SC2086 # words
    check "$words" ends "$wanted" $words --probe "$board"
done <<END
0 list
0 info
0 options
0 options DATA0=1
0 flash $tap_dir/data --address 0x08001000
0 flash $tap_dir/data --address 0x08001000 --halt
0 verify $tap_dir/data --address 0x08001000
1 verify $tap_dir/data --address 0x08000000
0 read 0x08001000 16
0 read 0x08001000 16 --output $tap_dir/read.bin
0 reset
0 reset --halt
0 erase --range 0x08001000:1K
0 erase
1 doctor --deep
0 unlock
0 options RDP=1 --yes
1 flash $tap_dir/data --address 0x08001000
1 doctor
0 unlock --yes
END
if [ -f "$program" ]; then
    check "run" ends 0 run "$program" --probe "$board"
    check "doctor --trace-loss" ends 0 doctor --trace-loss --timeout 1 --elf "$program" --probe "$board"
    check "doctor --trace-loss, lost" ends 1 doctor --trace-loss --probe "virtual:stm32f031k6,firmware=swd-off"
    check "run, not there" ends 122 run "$program" --probe "$board,swdio=gnd"
    check "run, unplugged" ends 121 run "$program" --probe "$board,usb=unplug@20"
else
    skip "run and doctor --trace-loss" "there is no compiler for the target"
fi

# Each command, failed: no target, no probe, no file, no sense.
for words in info options "flash $tap_dir/data" "verify $tap_dir/data" "read 0x08000000 4" reset erase unlock serve; do
    # shellcheck disable=SC2086 # words
    check "$words without a target" ends 1 $words --probe "$board,swdio=gnd"
    # shellcheck disable=SC2086 # words
    check "$words without access" ends 1 $words --probe "$board,usb=forbidden"
done
check "options that there are not" ends 2 options NO_SUCH=1 --probe "$board"
check "a length that is none" ends 2 read 0x08000000 0 --probe "$board"
check "an option that there is not" ends 2 info --no-such
check "run with an option that there is not" ends 125 run --no-such
check "flash of no file" ends 1 flash "$tap_dir/none" --probe "$board"

# What the doctor finds.
for faults in usb=busy usb=stuck probe=v3 probe=v3pwr probe-mode=dfu probe-fw=M25S8 probe-fw=J12 vdd=off vtref=open vdd=flaky \
    swdio=gnd swclk=open swdio=swapped swdio=weak nrst=gnd chip=foreign chip=clone rdp=1 rdp=2 boot0=1 firmware=sleep \
    firmware=iwdg firmware=lockup firmware=slow-clock firmware=swd-off idcode=0x20036410; do
    run "$swdlink" doctor --json --probe "virtual:stm32f031k6,$faults"
    check "doctor with $faults" [ -s "$out" ]
done
for faults in vdda=off nrst=open nrst=slow hse=dead hse=16000000; do
    run "$swdlink" doctor --deep --json --probe "virtual:stm32f031k6,firmware=count,$faults"
    check "doctor --deep with $faults" [ -s "$out" ]
done
plan
