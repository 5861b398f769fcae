#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenOCD, the stlink tools and pyOCD at the virtual STM32L0: identification, debugging, programming, read protection,
# option words, data EEPROM, two banks. What they write to the NVM controller is what works on real chips.
chip=stm32l053r8
target=stm32l0.cfg
cpuid=410cc601
size=64K
sector=0x1000
erased=00
# stm32l0.cfg goes to HSI16 at each "reset init", without the wait state that 16 MHz want in voltage range 2, in which
# the chip is after a reset (RM0367, 3.6.3).
at_init='rcc: HCLK of 16000000 Hz without a flash wait state in voltage range 2'
. "$srcdir/tests/scenarios/interoperability_chip.inc"
need openocd st-info st-flash st-util pyocd-tool python3
need_preload

# ---- OpenOCD ------------------------------------------------------------------------------------

identifies_categories() {
    for die in 'stm32l011k4 457 16 1' 'stm32l031k6 425 32 2' 'stm32l053r8 417 64 3' 'stm32l071c8 447 64 5'; do
        # shellcheck disable=SC2086 # four words
        set -- $die
        ocd "$1" init 'reset halt' 'flash info 0' 'mdw 0x40015800' 'mdw 0xe000ed00' && no_violations &&
            seen "0x40015800: [0-9a-f]*$2" "flash size is $3kb" "STM32L0xx (Cat. \\?$4)" '0xe000ed00: 410cc601' \
                'Cortex-M0+ r0p1 processor detected' '4 breakpoints, 2 watchpoints' || return
    done
}

follows_rom_tables() {
    ocd "$chip" init 'dap info' && no_violations &&
        seen 'MEM-AP BASE 0xf0000003' 'Part is 0x417' 'ROMTABLE\[0x0\] = 0xf00ff003' 'Cortex-M0+ ROM' \
            'System Control Space' 'Data Watchpoint' 'Breakpoint Unit'
}

resets_to_hsi16() {
    ocd "$counting" init 'reset init' 'mdw 0x4002100c' 'reg pc' && no_violations_but_at_init &&
        seen 'Enabling HSI16' '0x4002100c: 00000005' 'pc (/32): 0x08000040'
}

# The data EEPROM is written as ST's HAL does it: PECR unlocked, then the words.
unlock_pecr='mww 0x4002200c 0x89abcdef; mww 0x4002200c 0x02030405'
unlock_options="$unlock_pecr; mww 0x40022014 0xfbead9c8; mww 0x40022014 0x24252627"

writes_eeprom() {
    new_programmed_chip && ocd "$board" init 'reset halt' "$unlock_pecr" 'mww 0x08080000 0x11223344' \
        'mwb 0x08080005 0x55' 'sleep 20' 'mdw 0x08080000 2' && no_violations && seen '0x08080000: 11223344 00005500'
}

mass_erases_all() {
    writes_eeprom && : >"$dir/out" && ocd "$board" init 'reset halt' 'flash probe 0' 'stm32lx mass_erase 0' \
        'mdw 0x08000000' 'mdw 0x08080000' 'mdw 0x4002201c' && no_violations &&
        seen 'mass erase complete' '0x08000000: 00000000' '0x08080000: 00000000' '0x4002201c: 807000aa' && is_erased
}

# It takes effect "after power cycle", as OpenOCD says: the next session.
locks() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'flash probe 0' 'stm32lx lock 0' 'sleep 20' &&
        no_violations && seen 'STM32Lx locked' && : >"$dir/out" &&
        ocd "$board" init halt 'mdw 0x4002201c' 'catch {mdw 0x08000000} e' 'echo "caught $e"' && no_violations &&
        seen '0x4002201c: 80700000' 'caught ' && unseen '0x08000000: 20001000'
}

unlocks() {
    locks && : >"$dir/out" && ocd "$board" init halt 'flash probe 0' 'stm32lx unlock 0' && no_violations &&
        seen 'STM32Lx unlocked' && : >"$dir/out" && ocd "$board" init 'reset halt' 'mdw 0x08000000' \
        'mdw 0x4002201c' && no_violations && seen '0x4002201c: 807000aa' '0x08000000: 00000000'
}

# Sector 1, and then it is erased all the same: there is nothing to see of it but WRPERR.
sees_protection() {
    new_programmed_chip && ocd "$board" init 'reset halt' "$unlock_options" 'mww 0x1ff80008 0xfffd0002' 'sleep 20' \
        'mww 0x40022004 0x40000' 'sleep 20' 'reset halt' 'flash probe 0' 'flash info 0' \
        'catch {flash erase_sector 0 1 1} e' 'echo "caught $e"' &&
        violated_only 'nvm: a write to 0x08001000 in a write-protected sector' &&
        seen '# *0: 0x00000000 (0x1000 4kB) not protected' '# *1: 0x00001000 (0x1000 4kB) protected' \
            'access denied / write protected'
}

programs_two_banks() {
    target=stm32l0_dual_bank.cfg
    new_chip stm32l073rz
    ocd "$board" init 'reset halt' 'flash probe 0' 'flash probe 1' \
        "flash write_image erase $dir/noise.bin 0x08015000" "verify_image $dir/noise.bin 0x08015000"
    status=$?
    target=stm32l0.cfg
    [ $status = 0 ] && no_violations &&
        seen 'Bank (0) size is 96kb' 'Bank (1) size is 96kb, base address is 0x8018000' 'verified 20000 bytes'
}

# ---- stlink tools -------------------------------------------------------------------------------

# Its loader of version 1.7 has ADD.W in it, which a Cortex-M0+ does not know: it faults, and the words are written
# one by one (stlink issues 654 and 1203 have the same on real chips). It looks at registers of the core that runs.
writes() {
    new_chip && with "$board" st-flash write "$dir/noise.bin" 0x08000000 &&
        seen 'write_half_pages failed == -1' 'Flash written and verified! jolly good!' &&
        violated_only '\(DCRSR written while the core was not halted\|DHCSR.C_MASKINTS changed\|nvm: the loading of 0x08000000 is given up\)' &&
        reads_back
}

# OBL_LAUNCH shuts the locks, which it then shuts once more.
writes_an_option_word() {
    new_chip && with "$board" st-flash --area=option write 0xff4400bb &&
        violated_only 'nvm: FLASH_PECR written (0x00000004) while PELOCK is 1' &&
        with "$board" st-flash --area=option read && no_violations && seen 'ff4400bb'
}

for interface in stlink.cfg stlink-dap.cfg; do
    check "$interface: identifies four dies" identifies_categories
    [ "$interface" = stlink.cfg ] || check "$interface: follows the ROM tables" follows_rom_tables
    check "$interface: steps, breakpoint, watchpoint, registers" debugs
    check "$interface: moves blocks that are not aligned" moves_blocks 0x20000003
    check "$interface: reset init runs from HSI16" resets_to_hsi16
    check "$interface: programs, verifies and runs" programs
    check "$interface: programs over something, fills, erases a sector, reads back" programs_over_something
    check "$interface: programs without a working area" without_a_loader 0x08000400
    check "$interface: words and a byte of the data EEPROM" writes_eeprom
    check "$interface: mass erase takes the data EEPROM along" mass_erases_all
    check "$interface: lock ends in read protection level 1" locks
    check "$interface: unlock erases the chip and opens it" unlocks
    check "$interface: sees a protected sector, and is refused its erase" sees_protection
    check "$interface: programs across two banks" programs_two_banks
done
interface=stlink.cfg
check 'st-info identifies four dies' probes 'stm32l011k4 457 16384 128' 'stm32l031k6 425 32768 128' \
    'stm32l053r8 417 65536 128' 'stm32l072cz 447 196608 128'
check 'st-flash writes word by word, and verifies' writes
check 'st-flash erases' erases
check 'st-flash writes an option word' writes_an_option_word
if [ -n "$GDB" ]; then
    check 'GDB steps and breaks through st-util' steps_through_st_util
fi
# pyOCD has no STM32L0 among its targets.
check 'pyOCD debugs the core' debugs_with_pyocd "$chip" cortex_m
echo "1..$n"
