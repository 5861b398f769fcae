#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenOCD and the stlink tools at the virtual STM32F3: identification, debugging, programming, read and write
# protection, option bytes. What they write to the flash controller is what works on real chips.
chip=stm32f303cc
target=stm32f3x.cfg
driver=stm32f1x
core='Cortex-M4 r0p1'
cpuid=410fc241
size=256K
sector=0x800
erased=ff
. "$srcdir/tests/scenarios/interoperability_chip.inc"
need openocd st-info st-flash st-util
need_preload

# ---- OpenOCD ------------------------------------------------------------------------------------

follows_the_rom_table() {
    ocd "$chip" init 'dap info' && no_violations &&
        seen 'MEM-AP BASE 0xe00ff003' 'Part is 0x422' 'System Control Space' 'Data Watchpoint' 'Flash Patch' 'ITM'
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

for interface in stlink.cfg stlink-dap.cfg; do
    check "$interface: identifies five dies" identifies 'stm32f303cc 422 256' 'stm32f373cc 432 256' 'stm32f334k8 438 64' \
        'stm32f301c6 439 32' 'stm32f303re 446 512'
    [ "$interface" = stlink.cfg ] || check "$interface: follows the ROM table" follows_the_rom_table
    check "$interface: steps, breakpoint, watchpoint, registers" debugs
    # In the SRAM, and in the core-coupled memory.
    check "$interface: moves blocks that are not aligned" moves_blocks 0x20000003 0x10000003
    check "$interface: programs, verifies and runs" programs
    check "$interface: programs over something, fills, erases a page, reads back" programs_over_something
    check "$interface: programs without a working area" without_a_loader 0x08000800
    check "$interface: mass erase" mass_erases
    check "$interface: lock ends in read protection" locks
    check "$interface: unlock erases the chip and opens it" unlocks
    check "$interface: option bytes" writes_options
    check "$interface: protects pages, and is refused their erase" protects
done
interface=stlink.cfg
check 'st-info identifies five dies' probes 'stm32f303cc 422 262144 2048' 'stm32f373cc 432 262144 2048' \
    'stm32f334k8 438 65536 2048' 'stm32f301c6 439 32768 2048' 'stm32f303re 446 524288 2048'
for die in stm32f303cc stm32f373cc stm32f334k8 stm32f301c6 stm32f303re; do
    check "st-flash writes and reads $die" flashes "$die"
done
check 'st-flash erases' erases
if [ -n "$GDB" ]; then
    check 'GDB steps and breaks through st-util' steps_through_st_util
fi
echo "1..$n"
