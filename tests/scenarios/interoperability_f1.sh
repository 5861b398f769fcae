#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenOCD, the stlink tools and pyOCD at the virtual STM32F1: identification, debugging, programming, read and write
# protection, option bytes, two banks. What they write to the flash controller is what works on real chips.
chip=stm32f103c8
target=stm32f1x.cfg
driver=stm32f1x
core='Cortex-M3 r1p1'
cpuid=411fc231
size=64K
sector=0x400
erased=ff
. "$srcdir/tests/scenarios/interoperability_chip.inc"
need openocd st-info st-flash st-util pyocd-tool pyocd-flashtool python3
need_preload

# ---- OpenOCD ------------------------------------------------------------------------------------

follows_the_rom_table() {
    ocd "$chip" init 'dap info' && no_violations &&
        seen 'MEM-AP BASE 0xe00ff003' 'Part is 0x410' 'System Control Space' 'Data Watchpoint' 'Flash Patch' 'ITM'
}

# A system reset loads the option bytes (PM0075, 2.4); the debugger is shut out of the flash.
locks() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'stm32f1x lock 0' && no_violations && seen 'stm32x locked' &&
        ocd "$board" init 'reset halt' 'stm32f1x options_read 0' 'catch {mdw 0x08000000} e' 'echo "caught $e"' &&
        no_violations && seen 'read protection: on' 'caught ' && unseen '0x08000000: 20001000'
}

unlocks() {
    locks && : >"$dir/out" && ocd "$board" init 'reset halt' 'stm32f1x unlock 0' && no_violations &&
        seen 'stm32x unlocked' &&
        ocd "$board" init 'reset halt' 'stm32f1x options_read 0' 'mdw 0x08000000' 'mdw 0x1ffff800' && no_violations &&
        seen 'read protection: off' '0x08000000: ffffffff' '0x1ffff800: 00ff5aa5'
}

writes_options() {
    new_programmed_chip && ocd "$board" init 'reset halt' \
        'stm32f1x options_write 0 HWWDG RSTSTNDBY NORSTSTOP USEROPT 0x5a3c' 'reset halt' 'stm32f1x options_read 0' \
        'mdw 0x1ffff800 2' 'mdw 0x08000000' && no_violations &&
        seen 'stm32x write options complete' 'watchdog: hardware' 'stop mode: no reset' 'standby mode: reset' \
            'user data = 0x5a3c' '0x1ffff800: 05fa5aa5 a55ac33c' '0x08000000: 20001000'
}

protects() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'flash protect 0 1 1 on' 'reset halt' 'flash probe 0' \
        'flash info 0' 'stm32f1x options_read 0' && no_violations &&
        seen '# *1: 0x00001000 (0x1000 4kB) protected' '# *2: 0x00002000 (0x1000 4kB) not protected' \
            'write protection register = 0xfffffffd' || return
    : >"$dir/out"
    ocd "$board" init 'reset halt' 'catch {flash erase_sector 0 4 4} e' 'echo "caught $e"' &&
        violated_only 'flash: erase of 0x08001000, which is write-protected' && seen 'stm32x device protected'
}

# OpenOCD has no second bank of its own for an XL density part.
programs_two_banks() {
    new_chip stm32f103zg
    head -c 20000 /dev/urandom >"$dir/more.bin"
    ocd "$board" 'flash bank second stm32f1x 0x08080000 0 0 0 stm32f1x.cpu' init 'reset halt' \
        "flash write_image erase $dir/noise.bin 0x0807d000" "verify_image $dir/noise.bin 0x0807d000" \
        'stm32f1x mass_erase 1' 'mdw 0x0807fffc' 'mdw 0x08080000' && no_violations &&
        seen 'verified 20000 bytes' '0x08080000: ffffffff' && unseen '0x0807fffc: ffffffff'
}

# ---- pyOCD: the STM32F103xC is its only part of this family -------------------------------------

flashes_with_pyocd() {
    new_chip stm32f103rc
    timeout 120 "$sim" "$board,probe-mode=mass" --account "$dir/account" -- \
        pyocd-flashtool -t stm32f103rc "$dir/noise.bin" && no_violations && seen 'Programmed 20000 bytes' &&
        kept 0x08000000 20000 && cmp "$dir/noise.bin" "$dir/kept"
}

for interface in stlink.cfg stlink-dap.cfg; do
    check "$interface: identifies seven dies" identifies 'stm32f103c6 412 32' 'stm32f103c8 410 64' 'stm32f103ze 414 512' \
        'stm32f103zg 430 512' 'stm32f107vc 418 256' 'stm32f100rb 420 128' 'stm32f100ze 428 512'
    [ "$interface" = stlink.cfg ] || check "$interface: follows the ROM table" follows_the_rom_table
    check "$interface: steps, breakpoint, watchpoint, registers" debugs
    check "$interface: moves blocks that are not aligned" moves_blocks 0x20000003
    check "$interface: programs, verifies and runs" programs
    check "$interface: programs over something, fills, erases a page, reads back" programs_over_something
    check "$interface: programs without a working area" without_a_loader 0x08000400
    check "$interface: mass erase" mass_erases
    check "$interface: lock ends in read protection" locks
    check "$interface: unlock erases the chip and opens it" unlocks
    check "$interface: option bytes" writes_options
    check "$interface: protects pages, and is refused their erase" protects
    check "$interface: programs across two banks, erases the second" programs_two_banks
done
interface=stlink.cfg
check 'st-info identifies seven dies' probes 'stm32f103c6 412 32768 1024' 'stm32f103c8 410 65536 1024' \
    'stm32f103ze 414 524288 2048' 'stm32f103zg 430 1048576 2048' 'stm32f107vc 418 262144 2048' \
    'stm32f100rb 420 131072 1024' 'stm32f100ze 428 524288 2048'
for die in stm32f103c8 stm32f103ze stm32f103zg stm32f107vc stm32f100rb; do
    check "st-flash writes and reads $die" flashes "$die"
done
check 'st-flash erases' erases
if [ -n "$GDB" ]; then
    check 'GDB steps and breaks through st-util' steps_through_st_util
fi
check 'pyOCD debugs' debugs_with_pyocd stm32f103rc stm32f103rc
check 'pyOCD programs' flashes_with_pyocd
echo "1..$n"
