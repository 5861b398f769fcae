#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenOCD and the stlink tools at the virtual STM32F3: identification, debugging, programming, read and write
# protection, option bytes. What they write to the flash controller is what works on real chips.
. "$srcdir/tests/scenarios/interoperability.inc"
need openocd st-info st-flash st-util
need_preload
target=stm32f3x.cfg
write_firmware "$dir/count.bin"
head -c 20000 /dev/urandom >"$dir/noise.bin"
chip=stm32f303cc
counting=$chip,firmware=$dir/count.bin

new_chip() {
    rm -f "$dir/chip"
    board=$chip,store=$dir/chip
}

# The program is in the chip that stays.
new_programmed_chip() {
    new_chip && ocd "$board" "program $dir/count.bin verify 0x08000000" && no_violations && : >"$dir/out"
}

# kept ADDRESS LENGTH: of the chip that stays, into $dir/kept
kept() {
    "$top_builddir/swdlink" read "$1" "$2" --probe "virtual:$board" --output "$dir/kept"
}

is_blank() {
    [ "$(tr -d '\377' <"$1" | wc -c)" = 0 ]
}

# ---- OpenOCD ------------------------------------------------------------------------------------

identifies() {
    for die in '303cc 422 256' '373cc 432 256' '334k8 438 64' '301c6 439 32' '303re 446 512'; do
        # shellcheck disable=SC2086 # three words
        set -- $die
        ocd "stm32f$1" init 'reset halt' 'flash info 0' 'mdw 0xe0042000' 'mdw 0xe000ed00' && no_violations &&
            seen "0xe0042000: [0-9a-f]*$2" "flash size = $3 KiB" '0xe000ed00: 410fc241' \
                'Cortex-M4 r0p1 processor detected' '6 breakpoints, 4 watchpoints' || return
    done
}

follows_the_rom_table() {
    ocd "$chip" init 'dap info' && no_violations &&
        seen 'MEM-AP BASE 0xe00ff003' 'Part is 0x422' 'System Control Space' 'Data Watchpoint' 'Flash Patch' 'ITM'
}

debugs() {
    ocd "$counting" init 'reset halt' 'reg pc' 'reg sp' step 'reg pc' step step 'reg pc' 'reg r0' \
        'bp 0x08000046 2 hw' resume 'wait_halt 2000' 'reg r0' 'rbp 0x08000046' 'wp 0x20000100 4 w' resume \
        'wait_halt 2000' 'mdw 0x20000100' 'reg r3 0xdeadbeef' step 'reg r3 force' && no_violations &&
        seen 'pc (/32): 0x08000040' 'sp (/32): 0x20001000' 'pc (/32): 0x08000042' 'pc (/32): 0x08000046' \
            'halted due to breakpoint' 'r0 (/32): 0x00000002' 'r3 (/32): 0xdeadbeef'
}

# In the SRAM, and in the core-coupled memory.
moves_blocks() {
    head -c 3001 /dev/urandom >"$dir/block"
    for at in 0x20000003 0x10000003; do
        ocd "$chip" init 'reset halt' "load_image $dir/block $at" "dump_image $dir/back $at 3001" && no_violations &&
            cmp "$dir/block" "$dir/back" || return
    done
}

programs() {
    ocd "$chip" "program $dir/count.bin verify reset 0x08000000" 'sleep 100' \
        'set a [read_memory 0x20000100 32 1]' 'sleep 100' 'set b [read_memory 0x20000100 32 1]' \
        'if {$a != $b} {echo "it runs"}' && no_violations && seen 'Programming Finished' 'Verified OK' 'it runs'
}

programs_over_something() {
    new_programmed_chip && ocd "$board" init 'reset halt' "flash write_image erase $dir/noise.bin 0x08000000" \
        "verify_image $dir/noise.bin 0x08000000" 'flash fillw 0x08008000 0xdeadbeef 4' 'mdw 0x08008000 5' \
        'flash erase_address 0x08008000 0x800' 'mdw 0x08008000' "flash read_bank 0 $dir/back.bin 0 20000" &&
        no_violations && seen 'verified 20000 bytes' '0x08008000: deadbeef deadbeef deadbeef deadbeef ffffffff' \
            '0x08008000: ffffffff' && cmp "$dir/noise.bin" "$dir/back.bin"
}

without_a_loader() {
    new_chip && ocd "$board" 'stm32f3x.cpu configure -work-area-size 0' init 'reset halt' \
        "flash write_image erase $dir/count.bin 0x08000800" "verify_image $dir/count.bin 0x08000800" &&
        no_violations && seen 'no working area\|not enough working area' 'verified 80 bytes'
}

mass_erases() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'stm32f1x mass_erase 0' 'mdw 0x08000000' && no_violations &&
        seen 'mass erase complete' '0x08000000: ffffffff' && kept 0x08000000 256K && is_blank "$dir/kept"
}

# OBL_LAUNCH loads the option bytes, and resets; the debugger is shut out of the flash.
locks() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'stm32f1x lock 0' && no_violations && seen 'stm32x locked' &&
        ocd "$board" init 'reset halt' 'stm32f1x options_load 0' && no_violations &&
        ocd "$board" init 'reset halt' 'stm32f1x options_read 0' 'catch {mdw 0x08000000} e' 'echo "caught $e"' &&
        no_violations && seen 'read protection: on' 'caught ' && unseen '0x08000000: 20001000'
}

unlocks() {
    locks && : >"$dir/out" && ocd "$board" init 'reset halt' 'stm32f1x unlock 0' && no_violations &&
        seen 'stm32x unlocked' && ocd "$board" init 'reset halt' 'stm32f1x options_load 0' && no_violations &&
        ocd "$board" init 'reset halt' 'stm32f1x options_read 0' 'mdw 0x08000000' 'mdw 0x1ffff800' && no_violations &&
        seen 'read protection: off' '0x08000000: ffffffff' '0x1ffff800: 00ff55aa'
}

writes_options() {
    new_programmed_chip && ocd "$board" init 'reset halt' \
        'stm32f1x options_write 0 HWWDG RSTSTNDBY NORSTSTOP USEROPT 0x5a3c' 'stm32f1x options_load 0' &&
        no_violations && seen 'stm32x write options complete' &&
        ocd "$board" init 'reset halt' 'stm32f1x options_read 0' 'mdw 0x1ffff800 2' 'mdw 0x08000000' &&
        no_violations && seen 'watchdog: hardware' 'stop mode: no reset' 'standby mode: reset' \
            'user data = 0x5a3c' '0x1ffff800: 05fa55aa a55ac33c' '0x08000000: 20001000'
}

protects() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'flash protect 0 1 1 on' 'stm32f1x options_load 0' &&
        no_violations && ocd "$board" init 'reset halt' 'flash probe 0' 'flash info 0' 'stm32f1x options_read 0' &&
        no_violations && seen '# *1: 0x00001000 (0x1000 4kB) protected' '# *2: 0x00002000 (0x1000 4kB) not protected' \
            'write protection register = 0xfffffffd' || return
    : >"$dir/out"
    ocd "$board" init 'reset halt' 'catch {flash erase_sector 0 2 2} e' 'echo "caught $e"' &&
        violated_only 'flash: erase of 0x08001000, which is write-protected' && seen 'stm32x device protected'
}

# ---- stlink tools -------------------------------------------------------------------------------

with() {
    board=$1
    shift
    timeout 120 "$sim" "$board" --account "$dir/account" -- "$@"
}

probes() {
    for die in '303cc 422 262144' '373cc 432 262144' '334k8 438 65536' '301c6 439 32768' '303re 446 524288'; do
        # shellcheck disable=SC2086 # three words
        set -- $die
        with "stm32f$1" st-info --probe && no_violations && seen "chipid: *0x0$2" "flash: *$3 (pagesize: 2048)" || return
    done
}

# st-flash gives each page half a second of real time, in which a busy machine may not run the loader's 55 ms.
writes_sometimes() {
    for _ in 1 2 3 4; do
        rm -f "$dir/chip"
        with "$1,store=$dir/chip" st-flash write "$dir/noise.bin" 0x08000000 && return
    done
    return 1
}

# flashes CHIP: a program of 20000 bytes there and back
flashes() {
    writes_sometimes "$1" && seen 'Flash written and verified! jolly good!' && no_violations &&
        with "$board" st-flash read "$dir/back.bin" 0x08000000 20000 && no_violations &&
        cmp "$dir/noise.bin" "$dir/back.bin"
}

erases() {
    new_programmed_chip && with "$board" st-flash erase && no_violations && kept 0x08000000 256K &&
        is_blank "$dir/kept"
}

steps_through_st_util() {
    board=$counting
    gdb_session 'set $pc = 0x08000040' 'x/i $pc' stepi 'p/x $pc' stepi stepi stepi 'p/x $pc' \
        'hbreak *0x08000046' continue 'p/x $r0' continue 'x/wx 0x20000100' &&
        seen 'movs.*r0, #0' '= 0x8000042$' 'Breakpoint 1, ' '= 0x2$' '0x20000100:.*0x00000002'
}

for interface in stlink.cfg stlink-dap.cfg; do
    check "$interface: identifies five dies" identifies
    [ "$interface" = stlink.cfg ] || check "$interface: follows the ROM table" follows_the_rom_table
    check "$interface: steps, breakpoint, watchpoint, registers" debugs
    check "$interface: moves blocks that are not aligned" moves_blocks
    check "$interface: programs, verifies and runs" programs
    check "$interface: programs over something, fills, erases a page, reads back" programs_over_something
    check "$interface: programs without a working area" without_a_loader
    check "$interface: mass erase" mass_erases
    check "$interface: lock ends in read protection" locks
    check "$interface: unlock erases the chip and opens it" unlocks
    check "$interface: option bytes" writes_options
    check "$interface: protects pages, and is refused their erase" protects
done
interface=stlink.cfg
check 'st-info identifies five dies' probes
for die in stm32f303cc stm32f373cc stm32f334k8 stm32f301c6 stm32f303re; do
    check "st-flash writes and reads $die" flashes "$die"
done
check 'st-flash erases' erases
if [ -n "$GDB" ]; then
    check 'GDB steps and breaks through st-util' steps_through_st_util
fi
echo "1..$n"
