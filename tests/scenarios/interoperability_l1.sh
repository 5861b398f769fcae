#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenOCD, the stlink tools and pyOCD at the virtual STM32L1: identification, debugging, programming, read protection,
# option words, data EEPROM, two banks. What they write to the NVM controller is what works on real chips.
chip=stm32l152rb
target=stm32l1.cfg
driver=stm32lx
cpuid=412fc230
size=128K
sector=0x1000
erased=00
# stm32l1.cfg goes to HSI at each "reset init", without the wait state that 16 MHz want in voltage range 2, in which
# the chip is after a reset (RM0038, 3.3.1).
at_init='rcc: HCLK of 16000000 Hz without a flash wait state in voltage range 2'
. "$srcdir/tests/scenarios/interoperability_chip.inc"
need openocd st-info st-flash st-util pyocd-tool python3
need_preload

# ---- OpenOCD ------------------------------------------------------------------------------------

identifies_categories() {
    for die in 'stm32l152rb 416 128 1' 'stm32l151cb-a 429 128 2' 'stm32l100rc 427 256 3'; do
        # shellcheck disable=SC2086 # four words
        set -- $die
        ocd "$1" init 'reset halt' 'flash info 0' 'mdw 0xe0042000' 'mdw 0xe000ed00' && no_violations &&
            seen "0xe0042000: [0-9a-f]*$2" "flash size is $3kb" "STM32L1xx (Cat. \\?$4" "0xe000ed00: $cpuid" \
                'Cortex-M3 r2p0 processor detected' '6 breakpoints, 4 watchpoints' || return
    done
}

follows_the_rom_table() {
    ocd "$chip" init 'dap info' && no_violations &&
        seen 'MEM-AP BASE 0xe00ff003' 'Part is 0x416' 'System Control Space' 'Data Watchpoint' 'Flash Patch' 'ITM'
}

resets_to_hsi() {
    ocd "$counting" init 'reset init' 'mdw 0x40023808' 'reg pc' && no_violations_but_at_init &&
        seen 'Enabling HSI' '0x40023808: 00000005' 'pc (/32): 0x08000040'
}

# The data EEPROM is written as ST's HAL does it: PECR unlocked, then the words.
unlock_pecr='mww 0x40023c0c 0x89abcdef; mww 0x40023c0c 0x02030405'
unlock_options="$unlock_pecr; mww 0x40023c14 0xfbead9c8; mww 0x40023c14 0x24252627"

writes_eeprom() {
    new_programmed_chip && ocd "$board" init 'reset halt' "$unlock_pecr" 'mww 0x08080000 0x11223344' \
        'mwb 0x08080005 0x55' 'sleep 20' 'mdw 0x08080000 2' && no_violations && seen '0x08080000: 11223344 00005500'
}

mass_erases_all() {
    writes_eeprom && : >"$dir/out" && ocd "$board" init 'reset halt' 'flash probe 0' 'stm32lx mass_erase 0' \
        'mdw 0x08000000' 'mdw 0x08080000' 'mdw 0x40023c1c' && no_violations &&
        seen 'mass erase complete' '0x08000000: 00000000' '0x08080000: 00000000' '0x40023c1c: 007800aa' && is_erased
}

# It takes effect "after power cycle", as OpenOCD says: the next session. Reading the word waits for its end.
locks() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'flash probe 0' 'stm32lx lock 0' 'mdw 0x1ff80000' &&
        no_violations && seen 'STM32Lx locked' && : >"$dir/out" &&
        ocd "$board" init halt 'mdw 0x40023c1c' 'catch {mdw 0x08000000} e' 'echo "caught $e"' && no_violations &&
        seen '0x40023c1c: 00780000' 'caught ' && unseen '0x08000000: 20001000'
}

unlocks() {
    locks && : >"$dir/out" && ocd "$board" init halt 'flash probe 0' 'stm32lx unlock 0' && no_violations &&
        seen 'STM32Lx unlocked' && : >"$dir/out" && ocd "$board" init 'reset halt' 'mdw 0x08000000' \
        'mdw 0x40023c1c' && no_violations && seen '0x40023c1c: 007800aa' '0x08000000: 00000000'
}

# Sector 1, and then it is erased all the same: there is nothing to see of it but WRPERR.
sees_protection() {
    new_programmed_chip && ocd "$board" init 'reset halt' "$unlock_options" 'mww 0x1ff80008 0xfffd0002' 'sleep 20' \
        'mww 0x40023c04 0x40000' 'sleep 20' 'reset halt' 'flash probe 0' 'flash info 0' \
        'catch {flash erase_sector 0 1 1} e' 'echo "caught $e"' &&
        violated_only 'nvm: a write to 0x08001000 in a write-protected sector' &&
        seen '# *0: 0x00000000 (0x1000 4kB) not protected' '# *1: 0x00001000 (0x1000 4kB) protected' \
            'access denied / write protected'
}

# programs_two_banks CHIP BOUNDARY KIB: across it
programs_two_banks() {
    target=stm32l1x_dual_bank.cfg
    start=$(printf '0x%08x' $(($2 - 0x3000)))
    new_chip "$1"
    ocd "$board" init 'reset halt' 'flash probe 0' 'flash probe 1' \
        "flash write_image erase $dir/noise.bin $start" "verify_image $dir/noise.bin $start"
    status=$?
    target=stm32l1.cfg
    [ $status = 0 ] && no_violations &&
        seen "Bank (0) size is $3kb" "Bank (1) size is $3kb, base address is $(printf '0x%x' "$2")" 'verified 20000 bytes'
}

# ---- stlink tools -------------------------------------------------------------------------------

writes() {
    writes_sometimes "$chip" && seen 'Flash written and verified! jolly good!' && no_violations && reads_back
}

for interface in stlink.cfg stlink-dap.cfg; do
    check "$interface: identifies three dies" identifies_categories
    [ "$interface" = stlink.cfg ] || check "$interface: follows the ROM table" follows_the_rom_table
    check "$interface: steps, breakpoint, watchpoint, registers" debugs
    check "$interface: moves blocks that are not aligned" moves_blocks 0x20000003
    check "$interface: reset init runs from HSI" resets_to_hsi
    check "$interface: programs, verifies and runs" programs
    check "$interface: programs over something, fills, erases a sector, reads back" programs_over_something
    check "$interface: programs without a working area" without_a_loader 0x08000400
    check "$interface: words and a byte of the data EEPROM" writes_eeprom
    check "$interface: mass erase takes the data EEPROM along" mass_erases_all
    check "$interface: lock ends in read protection level 1" locks
    check "$interface: unlock erases the chip and opens it" unlocks
    check "$interface: sees a protected sector, and is refused its erase" sees_protection
    check "$interface: programs across two banks of 192 KiB" programs_two_banks stm32l152rd 0x08030000 192
    check "$interface: programs across two banks of 256 KiB" programs_two_banks stm32l152re 0x08040000 256
done
interface=stlink.cfg
check 'st-info identifies four dies' probes 'stm32l152rb 416 131072 256' 'stm32l151cb-a 429 131072 256' \
    'stm32l100rc 427 262144 256' 'stm32l152re 437 524288 256'
check 'st-flash writes and verifies' writes
check 'st-flash erases' erases
if [ -n "$GDB" ]; then
    check 'GDB steps and breaks through st-util' steps_through_st_util
fi
check 'pyOCD debugs the core' debugs_with_pyocd "$chip" cortex_m
echo "1..$n"
