#!/bin/sh
# SPDX-License-Identifier: MIT
# The stlink tools judge the virtual board: st-info, st-flash, and st-util with GDB.
. "$srcdir/tests/scenarios/judges.inc"
need st-info st-flash st-util
need_preload
write_firmware "$dir/count.bin"
head -c 5000 /dev/urandom >"$dir/noise.bin"

with() {
    board=$1
    shift
    timeout 120 "$sim" "$board" --account "$dir/account" -- "$@"
}

probes() {
    with stm32f031k6 st-info --probe && no_violations &&
        seen 'Found 1 stlink programmers' 'version: *V2J37S7' 'flash: *32768 (pagesize: 1024)' \
            'sram: *4096' 'chipid: *0x0444' 'descr: *F0'
}

writes() {
    with "stm32f031k6,store=$dir/store" st-flash write "$dir/noise.bin" 0x08000000 &&
        no_violations && seen 'Flash written and verified! jolly good!'
}

reads_back() {
    with "stm32f031k6,store=$dir/store" st-flash read "$dir/back.bin" 0x08000000 5000 &&
        no_violations && cmp "$dir/noise.bin" "$dir/back.bin"
}

writes_again() {
    with "stm32f031k6,store=$dir/store" sh -c \
        'st-flash write "$1" 0x08000000 && st-flash read "$2" 0x08000000 88' \
        sh "$dir/count.bin" "$dir/back.bin" && no_violations &&
        { head -c 80 "$dir/back.bin"; } | cmp - "$dir/count.bin"
}

erases() {
    with "stm32f031k6,store=$dir/store" sh -c \
        'st-flash erase && st-flash read "$1" 0x08000000 1024' sh "$dir/back.bin" &&
        no_violations && [ "$(tr -d '\377' <"$dir/back.bin" | wc -c)" = 0 ]
}

resets() {
    with stm32f031k6 st-flash reset && no_violations
}

check 'st-info identifies the STM32F031' probes
check 'st-flash writes and verifies' writes
check 'st-flash reads what was written, in a later session' reads_back
check 'st-flash writes over what was there' writes_again
check 'st-flash erases' erases
check 'st-flash resets' resets
echo "1..$n"
