#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenOCD, the stlink tools and pyOCD at the virtual STM32F7: identification, debugging, programming by both places of the
# flash, read and write protection, options, boot addresses, one bank and two, the data cache. What they write to the flash
# controller is what works on real chips.
chip=stm32f767zi
target=stm32f7x.cfg
driver=stm32f2x
core='Cortex-M7 r1p0'
cpuid=411fc270
breakpoints=8
size=2M
sector=0x8000
erased=ff
# With SWDLINK_TEST_ALL all of its checks run, by default every third.
[ -n "${SWDLINK_TEST_ALL-}" ] || : "${SWDLINK_TEST_SAMPLE:=3}"
. "$srcdir/tests/scenarios/interoperability_chip.inc"
need openocd st-info st-flash st-util pyocd-tool python3
need_preload

# ---- OpenOCD ------------------------------------------------------------------------------------

# shellcheck disable=SC2030 # only there
identifies_an_stm32f746() (
    core='Cortex-M7 r0p1' cpuid=410fc271
    identifies 'stm32f746zg 449 1024' 'stm32f750n8 449 64'
)

follows_the_rom_table() {
    ocd "$chip" init 'dap info' && no_violations &&
        seen 'MEM-AP BASE 0xe00fd003' 'Part is 0x451' 'Part is 0x4c8' 'Part is 0x4c7' 'System Control Space' \
            'Data Watchpoint' 'Flash Patch' 'ITM' 'TPIU'
}

# Breakpoints in RAM by comparators, which the first version of the FPB could not do.
breaks_anywhere() {
    ocd "$counting" init 'reset halt' 'mww 0x20001000 0x3001bf00' 'mww 0x20001004 0xe7fcbf00' 'reg pc 0x20001000' \
        'bp 0x20001004 2 hw' 'mdw 0xe0002008' resume 'wait_halt 2000' 'reg pc' 'rbp all' 'bp 0x00200046 2 hw' \
        'reg pc 0x00200044' resume 'wait_halt 2000' 'reg pc' && no_violations &&
        seen 'pc (/32): 0x20001004' 'halted due to breakpoint' 'pc (/32): 0x00200046'
}

# OPTSTRT burns the options, and a reset loads them; the debugger is shut out of the flash.
locks() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'stm32f2x lock 0' && no_violations && seen 'stm32f2x locked' &&
        ocd "$board" init 'reset halt' 'catch {mdw 0x08000000} e' 'echo "caught $e"' && no_violations &&
        seen 'caught ' && unseen '0x08000000: 20001000' &&
        "$top_builddir/swdlink" info --probe "virtual:$board" >>"$dir/out" && seen 'level 1'
}

unlocks() {
    locks && : >"$dir/out" && ocd "$board" init 'reset halt' 'stm32f2x unlock 0' && no_violations &&
        seen 'stm32f2x unlocked' && ocd "$board" init 'reset halt' 'mdw 0x08000000' 'mdw 0x40023c14' && no_violations &&
        seen '0x08000000: ffffffff' '0x40023c14: ffffaafd' &&
        "$top_builddir/swdlink" info --probe "virtual:$board" >>"$dir/out" && seen 'level 0'
}

# What OpenOCD writes: user options, and the boot addresses of OPTCR1.
writes_options() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'stm32f2x options_write 0 0xffc 0x0080 0x0044' 'reset halt' \
        'stm32f2x options_read 0' 'mdw 0x40023c14 2' && no_violations &&
        seen 'user_options 0xFFC, boot_add0 0x0080, boot_add1 0x0044' '0x40023c14: ffffaafd 00440080'
}

boots_where_the_options_say() {
    new_chip && ocd "$board" "program $dir/count.bin verify 0x08000000" && no_violations &&
        ocd "$board" init 'reset halt' 'reg pc' 'mdw 0xe000ed08' 'mdw 0x00200000' && no_violations &&
        seen 'pc (/32): 0x08000040' '0xe000ed08: 00200000' '0x00200000: 20001000' &&
        ocd "$board" init 'reset halt' 'stm32f2x options_write 0 0xffc 0x2000 0x0040' && no_violations &&
        ocd "$board" init 'reset halt' 'mdw 0xe000ed08' 'mdw 0x40023c18' && no_violations &&
        seen '0xe000ed08: 08000000' '0x40023c18: 00402000'
}

protects() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'flash protect 0 1 1 on' 'reset halt' 'flash probe 0' \
        'flash info 0' && no_violations && seen '# *1: 0x00008000 (0x8000 32kB) protected' \
        '# *2: 0x00010000 (0x8000 32kB) not protected' '# *4: 0x00020000 (0x20000 128kB) not protected' \
        '# *11: 0x001c0000 (0x40000 256kB) not protected'
}

is_refused_a_protected_sector() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'flash protect 0 1 2 on' && no_violations || return
    ocd "$board" init 'reset halt' 'catch {flash erase_sector 0 1 1} e' 'echo "caught $e"' &&
        violated_only 'flash: erase of 32 KiB at 0x08008000 with write-protected sectors' &&
        seen 'stm32x device protected' &&
        ocd "$board" init 'reset halt' 'flash protect 0 1 2 off' 'flash erase_sector 0 1 1' && no_violations
}

# nDBANK: what it makes of the sectors is the same in both programs.
programs_two_banks() {
    new_chip
    ocd "$board" init 'reset halt' 'stm32f2x options_write 0 0xdfc 0x0080 0x0040' && no_violations || return
    ocd "$board" init 'reset halt' "flash write_image erase $dir/noise.bin 0x080fe000" \
        "verify_image $dir/noise.bin 0x080fe000" 'flash info 0 sectors' && no_violations &&
        seen 'verified 20000 bytes' '# *12: 0x00100000 (0x4000 16kB)' '# *23: 0x001e0000 (0x20000 128kB)' &&
        kept 0x080fe000 20000 && cmp "$dir/noise.bin" "$dir/kept"
}

mass_erases_both_banks() {
    new_chip && ocd "$board" init 'reset halt' 'stm32f2x options_write 0 0xdfc 0x0080 0x0040' && no_violations &&
        ocd "$board" init 'reset halt' "flash write_image $dir/noise.bin 0x08000000" \
            "flash write_image $dir/noise.bin 0x08100000" 'stm32f2x mass_erase 0' 'mdw 0x08000000' 'mdw 0x08100000' &&
        no_violations && seen 'mass erase complete' "0x08000000: $word" "0x08100000: $word"
}

programs_by_the_itcm_alias() {
    new_chip && ocd "$board" init 'reset halt' "flash write_image erase $dir/noise.bin 0x00200000" \
        "verify_image $dir/noise.bin 0x00200000" "verify_image $dir/noise.bin 0x08000000" && no_violations &&
        seen 'verified 20000 bytes'
}

programs_otp() {
    new_chip && ocd "$board" init 'reset halt' 'flash probe 1' 'stm32f2x otp 1 enable' \
        'flash fillw 0x1ff0f000 0x12345678 2' 'mdw 0x1ff0f000 3' && no_violations &&
        seen '0x1ff0f000: 12345678 12345678 ffffffff'
}

# Sectors that can only be executed, of an STM32F722: OPTCR2.
shuts_sectors_by_pcrop() {
    new_chip stm32f722ze
    ocd "$board" init 'reset halt' "flash write_image erase $dir/noise.bin 0x08010000" 'stm32f2x optcr2_write 0 0x80000010' &&
        no_violations &&
        ocd "$board" init 'reset halt' 'mdw 0x40023c1c' 'mdw 0x08010000' 'mdw 0x40023c0c' 'flash info 0' && no_violations &&
        seen '0x40023c1c: 80000010' '0x08010000: 00000000' '0x40023c0c: 00000100' &&
        ocd "$board" init 'reset halt' 'stm32f2x lock 0' 'reset halt' 'stm32f2x unlock 0' 'reset halt' \
            'mdw 0x40023c1c' 'mdw 0x08010000' && no_violations && seen '0x40023c1c: 80000000' "0x08010000: $word"
}

# The program fills a line of the data cache and changes it: marked cacheable, OpenOCD's accesses see that, and go past the
# cache otherwise. The processor has to be halted, so that a step stores.
#   0x08000040 movs r0, #0 / ldr r1, =0x20000100 / adds r0, #1 / str r0, [r1]
sees_the_data_cache() {
    ocd "$counting" init 'reset halt' 'for {set w 0} {$w < 4} {incr w} {for {set s 0} {$s < 128} {incr s} {mww 0xe000ef60 [expr {$w << 30 | $s << 5}]}}' \
        'mww 0xe000ed14 0x00010200' 'mww 0x20020100 0x11' 'reg r1 0x20020100' 'reg r0 0x22' 'reg pc 0x08000046' step \
        'echo "cacheable [read_memory 0x20020100 32 1]"' 'stm32f7x.dap apcsw 0 0x08000000' \
        'echo "past it [read_memory 0x20020100 32 1]"' 'mww 0xe000ef68 0x20020100' \
        'echo "cleaned [read_memory 0x20020100 32 1]"' && no_violations &&
        seen 'cacheable 0x22' 'past it 0x11' 'cleaned 0x22'
}

# shellcheck disable=SC2031 # that of the whole file
# Debian's pyOCD (0.13) knows version 1 of the FPB only, so that its breakpoints do nothing here, as on a real Cortex-M7.
steps_with_pyocd() {
    printf '%s\n' halt 'read32 0xe000ed00 4' 'write32 0x20000f00 0x11223344' 'read32 0x20000f00 4' 'wreg r7 0x1234' \
        'reg r7' 'reset -h' 'reg pc' step 'reg pc' step step 'reg r0' exit >"$dir/commands"
    timeout 120 "$sim" "$chip,firmware=$dir/count.bin,probe-mode=mass" --account "$dir/account" -- \
        pyocd-tool -t cortex_m <"$dir/commands" && no_violations &&
        seen "e000ed00: *$cpuid" '20000f00: *11223344' 'r7 = 0x00001234' 'pc = 0x08000040' 'pc = 0x08000042' \
            'r0 = 0x00000001'
}

for interface in stlink.cfg stlink-dap.cfg; do
    check "$interface: identifies two dies" identifies 'stm32f767zi 451 2048' 'stm32f722ze 452 512'
    check "$interface: identifies an STM32F746 and F750" identifies_an_stm32f746
    [ "$interface" = stlink.cfg ] || check "$interface: follows the ROM table" follows_the_rom_table
    check "$interface: steps, breakpoint, watchpoint, registers" debugs
    check "$interface: breaks in RAM and by the ITCM" breaks_anywhere
    # In DTCM, the SRAM and ITCM.
    check "$interface: moves blocks that are not aligned" moves_blocks 0x20000003 0x20020003 0x00000003
    check "$interface: programs, verifies and runs" programs
    check "$interface: programs over something, fills, erases a sector, reads back" programs_over_something
    # By single accesses a whole sector of 32 KiB takes too long.
    [ "$interface" = stlink-dap.cfg ] || check "$interface: programs without a working area" without_a_loader 0x08008000
    check "$interface: mass erase" mass_erases
    check "$interface: lock ends in read protection" locks
    check "$interface: unlock erases the chip and opens it" unlocks
    check "$interface: options" writes_options
    check "$interface: boots where the options say" boots_where_the_options_say
    check "$interface: protects sectors" protects
    check "$interface: is refused a protected sector, and takes the protection back" is_refused_a_protected_sector
    check "$interface: programs across two banks" programs_two_banks
    check "$interface: mass erase of both banks" mass_erases_both_banks
    check "$interface: programs by the flash's other place" programs_by_the_itcm_alias
    check "$interface: programs OTP" programs_otp
    check "$interface: shuts sectors by PCROP, and opens them" shuts_sectors_by_pcrop
    [ "$interface" = stlink.cfg ] || check "$interface: sees the data cache" sees_the_data_cache
done
interface=stlink.cfg
check 'st-info identifies three dies' probes 'stm32f767zi 451 2097152 2048' 'stm32f746zg 449 1048576 2048' \
    'stm32f722ze 452 524288 2048'
# st-flash waits for its loader by the wall's clock, and gives it up to 32 KiB at once.
head -c 8000 /dev/urandom >"$dir/noise.bin"
for die in stm32f767zi stm32f746zg stm32f722ze; do
    check "st-flash writes and reads $die" flashes "$die"
done
check 'st-flash erases' erases
if [ -n "$GDB" ]; then
    check 'GDB steps and breaks through st-util' steps_through_st_util
fi
check 'pyOCD reads, writes and steps' steps_with_pyocd
echo "1..$n"
