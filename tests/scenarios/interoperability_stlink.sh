#!/bin/sh
# SPDX-License-Identifier: MIT
# The stlink tools at the virtual board: st-info, st-flash, and st-util with GDB.
. "$srcdir/tests/scenarios/interoperability.inc"
need st-info st-flash st-util python3
need_preload
write_firmware "$dir/count.bin"
running=stm32f031k6,firmware=$dir/count.bin
# It begins with vectors and an endless loop: a chip that runs on shall do nothing wrong.
{
    printf '\000\020\000\040\011\000\000\010\376\347'
    head -c 4990 /dev/urandom
} >"$dir/noise.bin"

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

# The program is at its first instruction, or in its loop, when st-util has halted it.
steps() {
    board=$running
    gdb_session 'set $pc = 0x08000040' 'x/i $pc' stepi 'p/x $pc' stepi 'p/x $r1' stepi stepi stepi \
        'p/x $pc' && seen 'movs.*r0, #0' '= 0x8000042$' '= 0x20000100$' '= 0x8000044$'
}

breaks() {
    board=$running
    gdb_session 'set $pc = 0x08000040' 'hbreak *0x08000046' continue 'p/x $r0' continue 'p/x $r0' \
        'x/wx 0x20000100' && seen 'Breakpoint 1, ' '= 0x1$' '= 0x2$' '0x20000100:.*0x00000001'
}

# st-util tells GDB only that there was a trap, so that GDB cannot name the watchpoint.
watches() {
    board=$running
    gdb_session 'set $pc = 0x08000040' 'set {int}0x20000100 = 0x1234' 'watch *(int *)0x20000100' \
        continue 'p/x $pc' 'p *(int *)0x20000100' continue 'p *(int *)0x20000100' &&
        seen 'SIGTRAP' '= 0x8000048$' '= 1$' '= 2$'
}

accesses() {
    board=$running
    gdb_session 'set {int}0x20000200 = 0x11223344' 'x/4xb 0x20000200' 'set $r7 = 0xdeadbeef' \
        'p/x $r7' 'x/2xw 0x08000000' && seen '0x44.*0x33.*0x22.*0x11' '= 0xdeadbeef' \
        '0x20001000.*0x08000041'
}

resets_by_monitor() {
    board=$running
    gdb_session 'monitor reset' 'p/x $pc' 'monitor halt' 'flushregs' 'p/x $sp' &&
        seen '= 0x20001000'
}

steps_in_ram() {
    board=stm32f031k6
    gdb_session "restore $dir/count.bin binary 0x20000200" 'set $sp = 0x20001000' 'set $pc = 0x20000240' \
        stepi stepi 'p/x $pc' && seen '= 0x20000244$'
}

loads() {
    board=stm32f031k6
    "$OBJCOPY" -I binary -O elf32-littlearm --change-section-address .data=0x08000000 \
        --set-section-flags .data=alloc,load,code "$dir/noise.bin" "$dir/noise.elf" &&
        gdb_session "file $dir/noise.elf" load compare-sections &&
        seen 'Transfer rate' 'Section .data.*: matched'
}

loads_and_runs() {
    board=stm32f031k6
    "$OBJCOPY" -I binary -O elf32-littlearm --change-section-address .data=0x08000000 \
        --set-section-flags .data=alloc,load,code "$dir/count.bin" "$dir/count.elf" &&
        gdb_session "file $dir/count.elf" load compare-sections 'monitor reset' 'set $pc = 0x08000040' \
            'hbreak *0x08000048' continue 'x/wx 0x20000100' continue 'x/wx 0x20000100' &&
        seen 'matched' '0x20000100:.*0x00000001' '0x20000100:.*0x00000002'
}

check 'st-info identifies the STM32F031' probes
check 'st-flash writes and verifies' writes
check 'st-flash reads what was written, in a later session' reads_back
check 'st-flash writes over what was there' writes_again
check 'st-flash erases' erases
check 'st-flash resets' resets
if [ -n "$GDB" ]; then
    check 'GDB steps through st-util' steps
    check 'GDB steps in RAM on a blank chip through st-util' steps_in_ram
    check 'GDB stops at a hardware breakpoint through st-util' breaks
    check 'GDB stops at a watchpoint through st-util' watches
    check 'GDB reads and writes memory and registers through st-util' accesses
    check 'GDB resets through st-util' resets_by_monitor
else
    n=$((n + 1))
    echo "ok $n - GDB debugs through st-util # SKIP no GDB for ARM is installed"
fi
OBJCOPY=$(command -v arm-none-eabi-objcopy)
if [ -n "$GDB" ] && [ -n "$OBJCOPY" ]; then
    check 'GDB loads and compares through st-util' loads
    check 'GDB loads and runs through st-util' loads_and_runs
else
    n=$((n + 1))
    echo "ok $n - GDB loads through st-util # SKIP arm-none-eabi-objcopy is not installed"
fi
echo "1..$n"
