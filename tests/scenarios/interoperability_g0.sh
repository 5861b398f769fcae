#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenOCD, the stlink tools and pyOCD at the virtual STM32G0: identification, debugging, programming, mass erase, read
# protection, options, write protection, two banks. What they write to the flash controller is what works on real
# chips. OpenOCD 0.12 and the stlink tools 1.7 know no STM32C0 and no STM32U0.
. "$srcdir/tests/scenarios/interoperability.inc"
need openocd st-info st-flash st-util pyocd-tool python3
need_preload
target=stm32g0x.cfg
write_firmware "$dir/count.bin"
head -c 20000 /dev/urandom >"$dir/noise.bin"
chip=stm32g071rb
counting=$chip,firmware=$dir/count.bin

# OpenOCD writes FLASH_CR right behind OBL_LAUNCH, with which the chip holds its reset pin low for 1.09 ms; a host that
# is slower than that, as real ones are, comes too late to notice.
slow=usb-latency=600

new_chip() {
    rm -f "$dir/chip"
    board=$chip,$slow,store=$dir/chip
}

# The program is in the chip that stays.
new_programmed_chip() {
    new_chip && ocd "$board" "program $dir/count.bin verify 0x08000000" && no_violations
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

debugs() {
    ocd "$counting" init 'reset halt' 'reg pc' 'reg sp' step 'reg pc' step step 'reg pc' 'reg r0' \
        'bp 0x08000046 2 hw' resume 'wait_halt 2000' 'reg r0' 'rbp 0x08000046' 'wp 0x20000100 4 w' resume \
        'wait_halt 2000' 'mdw 0x20000100' 'reg r3 0xdeadbeef' step 'reg r3 force' && no_violations &&
        seen 'pc (/32): 0x08000040' 'sp (/32): 0x20001000' 'pc (/32): 0x08000042' 'pc (/32): 0x08000046' \
            'halted due to breakpoint' 'r0 (/32): 0x00000002' 'r3 (/32): 0xdeadbeef'
}

moves_blocks() {
    head -c 3001 /dev/urandom >"$dir/block"
    ocd "$chip" init 'reset halt' "load_image $dir/block 0x20000003" \
        "dump_image $dir/back 0x20000003 3001" && no_violations && cmp "$dir/block" "$dir/back"
}

# The event handlers of target/stm32g0x.cfg: PLL on, 64 MHz, two wait states.
clocks_up_after_reset() {
    ocd "$counting" init 'reset init' 'sleep 5' 'mdw 0x40021008' 'mdw 0x40021000' 'mdw 0x40022000' 'reg pc' &&
        no_violations && seen '0x40021008: 00000012' '0x40021000: 03000500' '0x40022000: 00040602' 'pc (/32): 0x08000040'
}

# A blank chip is empty until the options are loaded again: a reset alone boots the system memory (RM0444, 3.7.1).
programs() {
    new_chip && ocd "$board" "program $dir/count.bin verify 0x08000000" 'reset halt' 'reg pc' && no_violations &&
        seen 'Programming Finished' 'Verified OK' 'pc (/32): 0x1fff0040' && : >"$dir/out" &&
        ocd "$board" init 'reset run' 'sleep 100' 'set a [read_memory 0x20000100 32 1]' 'sleep 100' \
            'set b [read_memory 0x20000100 32 1]' 'if {$a != $b} {echo "it runs"}' && no_violations && seen 'it runs'
}

loading_options_ends_the_emptiness() {
    new_chip && ocd "$board" "program $dir/count.bin verify 0x08000000" 'stm32l4x option_load 0' 'sleep 20' \
        'reset halt' 'reg pc' && no_violations && seen 'option load completed' 'pc (/32): 0x08000040'
}

programs_over_something() {
    new_programmed_chip && ocd "$board" init 'reset halt' "flash write_image erase $dir/noise.bin 0x08000000" \
        "verify_image $dir/noise.bin 0x08000000" 'flash fillw 0x08008000 0xdeadbeef 4' 'mdw 0x08008000 5' \
        'flash erase_address 0x08008000 0x1000' 'mdw 0x08008000' "flash read_bank 0 $dir/back.bin 0 20000" &&
        no_violations && seen 'verified 20000 bytes' '0x08008000: deadbeef deadbeef deadbeef deadbeef ffffffff' \
            '0x08008000: ffffffff' && cmp "$dir/noise.bin" "$dir/back.bin"
}

without_a_loader() {
    new_chip && ocd "$board" 'stm32g0x.cpu configure -work-area-size 0' init 'reset halt' \
        "flash write_image erase $dir/count.bin 0x08000400" "verify_image $dir/count.bin 0x08000400" &&
        no_violations && seen 'falling back\|no working area\|not enough working area' 'verified 80 bytes'
}

mass_erases() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'stm32l4x mass_erase 0' 'mdw 0x08000000' &&
        no_violations && seen 'mass erase complete' '0x08000000: ffffffff' && kept 0x08000000 128K && is_blank "$dir/kept"
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
    rm -f "$dir/chip"
    ocd "stm32g0b1re,$slow,store=$dir/chip" init 'reset halt' "flash write_image erase $dir/count.bin 0x08040000" \
        'stm32l4x option_write 0 0x20 0 0x100000' 'stm32l4x option_load 0' 'sleep 20' 'reset halt' 'reg pc' \
        'mdw 0x08000000' && no_violations && seen '0x08000000: 20001000' 'pc (/32): 0x08000040'
}

# ---- stlink tools -------------------------------------------------------------------------------

with() {
    board=$1
    shift
    timeout 120 "$sim" "$board" --account "$dir/account" -- "$@"
}

probes() {
    for die in 'stm32g031k8 466 65536 8192' 'stm32g071rb 460 131072 36864'; do
        # shellcheck disable=SC2086 # four words
        set -- $die
        with "$1" st-info --probe && no_violations &&
            seen "chipid: *0x0$2" "flash: *$3 (pagesize: 2048)" "sram: *$4" || return
    done
}

writes() {
    new_chip && with "$board" st-flash write "$dir/noise.bin" 0x08000000 &&
        seen 'Starting Flash write for WB/G0/G4' 'Flash written and verified! jolly good!' && no_violations &&
        with "$board" st-flash read "$dir/back.bin" 0x08000000 20000 && no_violations && cmp "$dir/noise.bin" "$dir/back.bin"
}

writes_again() {
    writes && with "$board" st-flash write "$dir/count.bin" 0x08000000 && no_violations && kept 0x08000000 80 &&
        cmp "$dir/kept" "$dir/count.bin"
}

erases() {
    new_programmed_chip && with "$board" st-flash erase && no_violations && kept 0x08000000 128K && is_blank "$dir/kept"
}

# OBL_LAUNCH shuts the locks, which it then shuts once more.
writes_an_option_word() {
    new_chip && with "$board" st-flash --area=option write 0xfffdfeaa &&
        violated_only 'flash: FLASH_CR written (0x40000000) while locked' &&
        with "$board" st-flash --area=option read && no_violations && seen 'fffdfeaa'
}

debugs_through_st_util() {
    board=$counting
    gdb_session 'set $pc = 0x08000040' 'x/i $pc' stepi 'p/x $pc' stepi stepi stepi 'p/x $pc' \
        'hbreak *0x08000046' continue 'p/x $r0' continue 'x/wx 0x20000100' 'monitor reset' 'monitor halt' 'flushregs' \
        'p/x $sp' && seen 'movs.*r0, #0' '= 0x8000042$' 'Breakpoint 1, ' '= 0x2$' '0x20000100:.*0x00000002' '= 0x20001000'
}

loads_through_st_util() {
    board=$chip
    "$OBJCOPY" -I binary -O elf32-littlearm --change-section-address .data=0x08000000 \
        --set-section-flags .data=alloc,load,code "$dir/count.bin" "$dir/count.elf" &&
        gdb_session "file $dir/count.elf" load compare-sections && seen 'Transfer rate' 'Section .data.*: matched'
}

# ---- pyOCD: it has no STM32G0 among its targets, so it debugs a core --------------------------

tool() {
    for command; do echo "$command"; done >"$dir/commands"
    timeout 120 "$sim" "$counting,probe-mode=mass" --account "$dir/account" -- pyocd-tool -t cortex_m <"$dir/commands"
}

debugs_with_pyocd() {
    tool halt 'read32 0xe000ed00 4' 'write32 0x20000f00 0x11223344' 'read32 0x20000f00 4' 'wreg r7 0x1234' 'reg r7' \
        'reset -h' 'reg pc' step 'reg pc' 'break 0x08000046' go status 'reg r0' exit && no_violations &&
        seen 'e000ed00: *410cc601' '20000f00: *11223344' 'r7 = 0x00001234' 'pc = 0x08000040' 'pc = 0x08000042' \
            'status: *Halted' 'r0 = 0x00000001'
}

for interface in stlink.cfg stlink-dap.cfg; do
    check "$interface: identifies four dies" identifies
    [ "$interface" = stlink.cfg ] || check "$interface: follows the ROM tables" follows_rom_tables
    check "$interface: steps, breakpoint, watchpoint, registers" debugs
    check "$interface: moves blocks that are not aligned" moves_blocks
    check "$interface: reset init runs from the PLL" clocks_up_after_reset
    check "$interface: programs and verifies; the program runs when the chip is powered anew" programs
    check "$interface: options that are loaded again make an empty chip start" loading_options_ends_the_emptiness
    check "$interface: programs over something, fills, erases pages, reads back" programs_over_something
    check "$interface: programs without a working area" without_a_loader
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
check 'st-info identifies two dies' probes
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
check 'pyOCD debugs the core' debugs_with_pyocd
echo "1..$n"
