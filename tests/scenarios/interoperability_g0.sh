#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenOCD, the stlink tools and pyOCD at the virtual STM32G0: identification, debugging, programming, mass erase, read
# protection, options, write protection, two banks. What they write to the flash controller is what works on real
# chips. OpenOCD 0.12 and the stlink tools 1.7 know no STM32C0 and no STM32U0.
chip=stm32g071rb
target=stm32g0x.cfg
driver=stm32l4x
cpuid=410cc601
size=128K
sector=0x1000
erased=ff
# OpenOCD writes FLASH_CR right behind OBL_LAUNCH, with which the chip holds its reset pin low for 1.09 ms; a host that
# is slower than that, as real ones are, comes too late to notice.
settings=usb-latency=600
. "$srcdir/tests/scenarios/interoperability_chip.inc"
need openocd st-info st-flash st-util pyocd-tool python3
need_preload

# ---- OpenOCD ------------------------------------------------------------------------------------

identifies_banks() {
    for die in 'stm32g031k8 466 64 single' 'stm32g051c8 456 64 single' 'stm32g071rb 460 128 single' \
        'stm32g0b1re 467 512 dual'; do
        # shellcheck disable=SC2086 # four words
        set -- $die
        ocd "$1" init 'reset halt' 'flash probe 0' 'mdw 0x40015800' 'mdw 0xe000ed00' && no_violations &&
            seen "0x40015800: [0-9a-f]*$2" "flash size = $3 KiB" "flash mode : $4-bank" 'RDP level 0 (0xAA)' \
                '0xe000ed00: 410cc601' 'Cortex-M0+ r0p1 processor detected' '4 breakpoints, 2 watchpoints' || return
    done
}

follows_rom_tables() {
    ocd "$chip" init 'dap info' && no_violations &&
        seen 'MEM-AP BASE 0xf0000003' 'Designer is 0x020, STMicroelectronics' 'Part is 0x460' \
            'ROMTABLE\[0x0\] = 0xf00ff003' 'Cortex-M0+ ROM' 'System Control Space' 'Data Watchpoint' 'Breakpoint Unit'
}

# The event handlers of target/stm32g0x.cfg: PLL on, 64 MHz, two wait states.
clocks_up_after_reset() {
    ocd "$counting" init 'reset init' 'sleep 5' 'mdw 0x40021008' 'mdw 0x40021000' 'mdw 0x40022000' 'reg pc' &&
        no_violations && seen '0x40021008: 00000012' '0x40021000: 03000500' '0x40022000: 00040602' 'pc (/32): 0x08000040'
}

# A blank chip is empty until the options are loaded again: a reset alone boots the system memory (RM0444, 3.7.1).
programs_an_empty_chip() {
    new_chip && ocd "$board" "program $dir/count.bin verify 0x08000000" 'reset halt' 'reg pc' && no_violations &&
        seen 'Programming Finished' 'Verified OK' 'pc (/32): 0x1fff0040' && : >"$dir/out" &&
        ocd "$board" init 'reset run' 'sleep 100' 'set a [read_memory 0x20000100 32 1]' 'sleep 100' \
            'set b [read_memory 0x20000100 32 1]' 'if {$a != $b} {echo "it runs"}' && no_violations && seen 'it runs'
}

loading_options_ends_the_emptiness() {
    new_chip && ocd "$board" "program $dir/count.bin verify 0x08000000" 'stm32l4x option_load 0' 'sleep 20' \
        'reset halt' 'reg pc' && no_violations && seen 'option load completed' 'pc (/32): 0x08000040'
}

locks() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'stm32l4x lock 0' && no_violations && : >"$dir/out" &&
        ocd "$board" init halt 'flash probe 0' 'catch {mdw 0x08000000} e' 'echo "caught $e"' && no_violations &&
        seen 'RDP level 1 (0x00)' 'caught ' && unseen '0x08000000: 20001000'
}

unlocks() {
    locks && : >"$dir/out" && ocd "$board" init halt 'stm32l4x unlock 0' 'stm32l4x option_load 0' && no_violations &&
        : >"$dir/out" && ocd "$board" init 'reset halt' 'flash probe 0' 'mdw 0x08000000' && no_violations &&
        seen 'RDP level 0 (0xAA)' '0x08000000: ffffffff'
}

# IWDG_STOP; what was written counts, and is read, when it was loaded.
writes_options() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'stm32l4x option_write 0 0x20 0 0x20000' \
        'stm32l4x option_read 0 0x20' 'echo loading' 'stm32l4x option_load 0' 'sleep 20' 'reset halt' \
        'stm32l4x option_read 0 0x20' 'mdw 0x1fff7800 2' && no_violations &&
        sed '/loading/q' "$dir/out" | grep -q '<0x40022020> = 0xfffffeaa' &&
        sed '1,/loading/d' "$dir/out" | grep -q '<0x40022020> = 0xfffdfeaa' && seen '0x1fff7800: fffdfeaa 00020155'
}

protects() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'flash protect 0 2 3 on' 'stm32l4x option_load 0' 'sleep 20' \
        'reset halt' 'flash probe 0' 'flash info 0' 'catch {flash erase_sector 0 2 2} e' 'echo "caught $e"' &&
        violated_only 'flash: a page erase, but 0x08001000 is write-protected' &&
        seen '# *2: 0x00001000 (0x800 2kB) protected' '# *4: 0x00002000 (0x800 2kB) not protected' \
            'stm32x device protected' 'caught '
}

unprotects() {
    protects && : >"$dir/out" && ocd "$board" init 'reset halt' 'flash protect 0 2 3 off' 'stm32l4x option_load 0' \
        'sleep 20' 'reset halt' 'flash probe 0' "flash write_image erase $dir/noise.bin 0x08000000" \
        "verify_image $dir/noise.bin 0x08000000" && no_violations && seen 'verified 20000 bytes'
}

programs_two_banks() {
    rm -f "$dir/chip"
    ocd "stm32g0b1re,store=$dir/chip" init 'reset halt' "flash write_image erase $dir/noise.bin 0x0803d800" \
        "verify_image $dir/noise.bin 0x0803d800" 'stm32l4x mass_erase 0' 'mdw 0x0803d800' 'mdw 0x08040000' &&
        no_violations && seen 'flash mode : dual-bank' 'verified 20000 bytes' '0x0803d800: ffffffff' '0x08040000: ffffffff'
}

# The banks are exchanged by an option; OpenOCD programs the one that is at 0x08000000 then.
swaps_banks() {
    new_chip stm32g0b1re
    ocd "$board" init 'reset halt' "flash write_image erase $dir/count.bin 0x08040000" \
        'stm32l4x option_write 0 0x20 0 0x100000' 'stm32l4x option_load 0' 'sleep 20' 'reset halt' 'reg pc' \
        'mdw 0x08000000' && no_violations && seen '0x08000000: 20001000' 'pc (/32): 0x08000040'
}

# ---- stlink tools -------------------------------------------------------------------------------

probes_with_sram() {
    for die in 'stm32g031k8 466 65536 8192' 'stm32g071rb 460 131072 36864'; do
        # shellcheck disable=SC2086 # four words
        set -- $die
        with "$1" st-info --probe && no_violations &&
            seen "chipid: *0x0$2" "flash: *$3 (pagesize: 2048)" "sram: *$4" || return
    done
}

writes() {
    new_chip && with "$board" st-flash write "$dir/noise.bin" 0x08000000 &&
        seen 'Starting Flash write for WB/G0/G4' 'Flash written and verified! jolly good!' && no_violations && reads_back
}

writes_again() {
    writes && with "$board" st-flash write "$dir/count.bin" 0x08000000 && no_violations && kept 0x08000000 80 &&
        cmp "$dir/kept" "$dir/count.bin"
}

# OBL_LAUNCH shuts the locks, which it then shuts once more.
writes_an_option_word() {
    new_chip && with "$board" st-flash --area=option write 0xfffdfeaa &&
        violated_only 'flash: FLASH_CR written (0x40000000) while locked' &&
        with "$board" st-flash --area=option read && no_violations && seen 'fffdfeaa'
}

debugs_through_st_util() {
    steps_through_st_util 'monitor reset' 'monitor halt' 'flushregs' 'p/x $sp' && seen '= 0x20001000'
}

loads_through_st_util() {
    board=$chip
    "$OBJCOPY" -I binary -O elf32-littlearm --change-section-address .data=0x08000000 \
        --set-section-flags .data=alloc,load,code "$dir/count.bin" "$dir/count.elf" &&
        gdb_session "file $dir/count.elf" load compare-sections && seen 'Transfer rate' 'Section .data.*: matched'
}

for interface in stlink.cfg stlink-dap.cfg; do
    check "$interface: identifies four dies" identifies_banks
    [ "$interface" = stlink.cfg ] || check "$interface: follows the ROM tables" follows_rom_tables
    check "$interface: steps, breakpoint, watchpoint, registers" debugs
    check "$interface: moves blocks that are not aligned" moves_blocks 0x20000003
    check "$interface: reset init runs from the PLL" clocks_up_after_reset
    check "$interface: programs and verifies; the program runs when the chip is powered anew" programs_an_empty_chip
    check "$interface: options that are loaded again make an empty chip start" loading_options_ends_the_emptiness
    check "$interface: programs over something, fills, erases pages, reads back" programs_over_something
    check "$interface: programs without a working area" without_a_loader 0x08000400
    check "$interface: mass erase" mass_erases
    check "$interface: lock ends in read protection level 1" locks
    check "$interface: unlock erases the chip and opens it" unlocks
    check "$interface: options count when they were loaded" writes_options
    check "$interface: protected pages are refused" protects
    check "$interface: protection is taken off" unprotects
    check "$interface: programs across two banks, and erases both" programs_two_banks
    check "$interface: swaps the banks" swaps_banks
done
interface=stlink.cfg
check 'st-info identifies two dies' probes_with_sram
check 'st-flash writes, verifies, reads' writes
check 'st-flash writes over what was there' writes_again
check 'st-flash erases' erases
check 'st-flash writes an option word' writes_an_option_word
if [ -n "$GDB" ]; then
    check 'GDB steps, breaks and resets through st-util' debugs_through_st_util
fi
OBJCOPY=$(command -v arm-none-eabi-objcopy)
if [ -n "$GDB" ] && [ -n "$OBJCOPY" ]; then
    check 'GDB loads and compares through st-util' loads_through_st_util
fi
# pyOCD has no STM32G0 among its targets.
check 'pyOCD debugs the core' debugs_with_pyocd "$chip" cortex_m
echo "1..$n"
