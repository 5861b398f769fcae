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

# Starts st-util, which says when it listens; GDB runs outside of the mocked world.
gdb_session() {
    port=$1
    shift
    timeout 120 "$sim" "stm32f031k6" --account "$dir/account" -- st-util -p "$port" \
        >"$dir/util" 2>&1 &
    util=$!
    tries=0
    until grep -q 'Listening at' "$dir/util" || [ $tries -ge 100 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    timeout 60 "$GDB" -nx -batch -ex 'set confirm off' -ex 'set architecture armv6s-m' \
        -ex "target extended-remote 127.0.0.1:$port" "$@"
    status=$?
    kill $util
    wait $util
    cat "$dir/util"
    return $status
}

debugs() {
    port=$((20000 + $$ % 20000))
    gdb_session $port -ex "restore $dir/count.bin binary 0x20000200" \
        -ex 'set $sp = 0x20001000' -ex 'set $pc = 0x20000240' -ex 'x/i $pc' -ex stepi -ex stepi \
        -ex 'p/x $r1' -ex 'hbreak *0x20000246' -ex continue -ex 'p/x $r0' -ex continue \
        -ex 'p/x $r0' -ex 'x/wx 0x20000100' -ex 'info registers pc' &&
        seen 'movs.*r0, #0' '= 0x20000100' 'hit Breakpoint\|Breakpoint 1, ' '= 0x1$' '= 0x2$' \
            '<*0x20000100>*:.*0x00000001'
}

check 'st-info identifies the STM32F031' probes
check 'st-flash writes and verifies' writes
check 'st-flash reads what was written, in a later session' reads_back
check 'st-flash writes over what was there' writes_again
check 'st-flash erases' erases
check 'st-flash resets' resets
if [ -n "$GDB" ]; then
    check 'GDB debugs through st-util' debugs
else
    n=$((n + 1))
    echo "ok $n - GDB debugs through st-util # SKIP no GDB for ARM is installed"
fi
echo "1..$n"
