#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenOCD, the stlink tools and pyOCD at the virtual STM32F4 and F2: identification, debugging, programming, read and
# write protection, options, sectors of several sizes, two banks. What they write to the flash controller is what works
# on real chips.
chip=stm32f407vg
target=stm32f4x.cfg
driver=stm32f2x
core='Cortex-M4 r0p1'
cpuid=410fc241
size=1M
sector=0x4000
erased=ff
# With SWDLINK_TEST_ALL all of its checks run, by default every third.
[ -n "${SWDLINK_TEST_ALL-}" ] || : "${SWDLINK_TEST_SAMPLE:=3}"
. "$srcdir/tests/scenarios/interoperability_chip.inc"
need openocd st-info st-flash st-util pyocd-tool python3
need_preload

# ---- OpenOCD ------------------------------------------------------------------------------------

follows_the_rom_table() {
    ocd "$chip" init 'dap info' && no_violations &&
        seen 'MEM-AP BASE 0xe00ff003' 'Part is 0x413' 'System Control Space' 'Data Watchpoint' 'Flash Patch' 'ITM'
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
        seen '0x08000000: ffffffff' '0x40023c14: 0fffaaed' &&
        "$top_builddir/swdlink" info --probe "virtual:$board" >>"$dir/out" && seen 'level 0'
}

# Both ways: what OpenOCD writes swdlink reads, and the other way round.
writes_options() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'stm32f2x options_write 0 0x64' 'reset halt' \
        'stm32f2x options_read 0' 'mdw 0x40023c14' 'mdw 0x08000000' && no_violations &&
        seen 'user_options 0x64' '0x40023c14: 0fffaa65' '0x08000000: 20001000' || return
    "$top_builddir/swdlink" options --probe "virtual:$board" >"$dir/out"
    seen 'nRST_STDBY *0' 'BOR_LEV *1' 'nRST_STOP *1' || return
    "$top_builddir/swdlink" options nRST_STDBY=1 BOR_LEV=3 nRST_STOP=0 --probe "virtual:$board" >"$dir/out" &&
        ocd "$board" init 'reset halt' 'stm32f2x options_read 0' && no_violations && seen 'user_options 0xAC'
}

protects() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'flash protect 0 1 1 on' 'reset halt' 'flash probe 0' \
        'flash info 0' && no_violations && seen '# *1: 0x00004000 (0x4000 16kB) protected' \
        '# *2: 0x00008000 (0x4000 16kB) not protected' '# *4: 0x00010000 (0x10000 64kB) not protected' || return
    : >"$dir/out"
    "$top_builddir/swdlink" options --probe "virtual:$board" >"$dir/out"
    seen 'nWRP *0xffd'
}

# Its second bank begins with sectors of 16 KiB again.
programs_two_banks() {
    new_chip stm32f429zi
    ocd "$board" init 'reset halt' "flash write_image erase $dir/noise.bin 0x080fe000" \
        "verify_image $dir/noise.bin 0x080fe000" 'flash info 0' && no_violations &&
        seen 'verified 20000 bytes' '# *12: 0x00100000 (0x4000 16kB)' '# *23: 0x001e0000 (0x20000 128kB)' &&
        kept 0x080fe000 20000 && cmp "$dir/noise.bin" "$dir/kept"
}

# One mebibyte in two banks: what DB1M makes of the sectors is the same in both programs.
one_mebibyte_in_two_banks() {
    new_chip stm32f429zg
    "$top_builddir/swdlink" options DB1M=1 --probe "virtual:$board" >"$dir/out" &&
        "$top_builddir/swdlink" flash "$dir/noise.bin" --address 0x08084000 --force --probe "virtual:$board" >"$dir/out" &&
        ocd "$board" init 'reset halt' 'flash info 0' "verify_image $dir/noise.bin 0x08084000" \
            "flash erase_address 0x08084000 0x4000" 'mdw 0x08084000' 'mdw 0x08088000' && no_violations &&
        seen 'verified 20000 bytes' '# *8: 0x00080000 (0x4000 16kB)' '0x08084000: ffffffff' && unseen '0x08088000: ffffffff'
}

# What swdlink has programmed at a low supply is the same for OpenOCD. With the board, and OpenOCD's file.
reads_what_was_programmed() (
    target=$2
    new_chip "$1"
    "$top_builddir/swdlink" flash "$dir/noise.bin" --force --probe "virtual:$board" >"$dir/out" 2>&1 &&
        ocd "$board" init 'reset halt' "verify_image $dir/noise.bin 0x08000000" && no_violations &&
        seen 'verified 20000 bytes'
)

identifies_an_stm32f2() (
    target=stm32f2x.cfg core='Cortex-M3 r2p0' cpuid=412fc230
    identifies 'stm32f207zg 411 1024'
)

# Revision A of an STM32F407 says that it is an STM32F205; OpenOCD looks at the core.
knows_the_first_revision() {
    ocd "$chip,idcode=0x20006411" init 'reset halt' 'flash info 0' && no_violations &&
        seen 'flash size = 1024 KiB' 'Rev: A' 'STM32F4xx'
}

is_refused_a_protected_sector() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'flash protect 0 1 2 on' && no_violations || return
    ocd "$board" init 'reset halt' 'catch {flash erase_sector 0 1 1} e' 'echo "caught $e"' &&
        violated_only 'flash: erase of 16 KiB at 0x08004000 with write-protected sectors' &&
        seen 'stm32x device protected' &&
        ocd "$board" init 'reset halt' 'flash protect 0 1 2 off' 'flash erase_sector 0 1 1' && no_violations
}

mass_erases_both_banks() {
    new_chip stm32f469ni && ocd "$board" init 'reset halt' "flash write_image $dir/noise.bin 0x08000000" \
        "flash write_image $dir/noise.bin 0x08100000" 'stm32f2x mass_erase 0' 'mdw 0x08000000' 'mdw 0x08100000' &&
        no_violations && seen 'mass erase complete' "0x08000000: $word" "0x08100000: $word"
}

programs_otp() {
    new_chip && ocd "$board" init 'reset halt' 'flash probe 1' 'stm32f2x otp 1 enable' \
        'flash fillw 0x1fff7800 0x12345678 2' 'mdw 0x1fff7800 3' && no_violations &&
        seen '0x1fff7800: 12345678 12345678 ffffffff'
}

locks_and_unlocks_an_stm32f2() (
    target=stm32f2x.cfg
    new_chip stm32f207zg && ocd "$board" init 'reset halt' "flash write_image erase $dir/noise.bin 0x08010000" \
        "verify_image $dir/noise.bin 0x08010000" 'stm32f2x lock 0' 'reset halt' 'stm32f2x unlock 0' 'reset halt' \
        'mdw 0x08010000' && no_violations && seen "0x08010000: $word"
)

for interface in stlink.cfg stlink-dap.cfg; do
    check "$interface: identifies ten dies" identifies 'stm32f407vg 413 1024' 'stm32f429zi 419 2048' \
        'stm32f446re 421 512' 'stm32f401cc 423 256' 'stm32f411ce 431 512' 'stm32f401re 433 512' 'stm32f469ni 434 2048' \
        'stm32f412zg 441 1024' 'stm32f410rb 458 128' 'stm32f413zh 463 1536'
    check "$interface: knows the first revision of an STM32F407" knows_the_first_revision
    check "$interface: identifies an STM32F2" identifies_an_stm32f2
    [ "$interface" = stlink.cfg ] || check "$interface: follows the ROM table" follows_the_rom_table
    check "$interface: steps, breakpoint, watchpoint, registers" debugs
    # In the SRAM, and in the core-coupled memory.
    check "$interface: moves blocks that are not aligned" moves_blocks 0x20000003 0x10000003
    check "$interface: programs, verifies and runs" programs
    check "$interface: programs over something, fills, erases a sector, reads back" programs_over_something
    check "$interface: programs without a working area" without_a_loader 0x08004000
    check "$interface: mass erase" mass_erases
    check "$interface: lock ends in read protection" locks
    check "$interface: unlock erases the chip and opens it" unlocks
    check "$interface: options" writes_options
    check "$interface: protects sectors" protects
    check "$interface: is refused a protected sector, and takes the protection back" is_refused_a_protected_sector
    check "$interface: programs across two banks" programs_two_banks
    check "$interface: mass erase of both banks" mass_erases_both_banks
    check "$interface: programs OTP" programs_otp
    check "$interface: locks and unlocks an STM32F2" locks_and_unlocks_an_stm32f2
    check "$interface: one mebibyte in two banks" one_mebibyte_in_two_banks
    check "$interface: reads what was programmed by halfwords" reads_what_was_programmed stm32f407vg,vdd=2400 stm32f4x.cfg
    check "$interface: reads what was programmed by bytes" reads_what_was_programmed stm32f207zg,vdd=1900 stm32f2x.cfg
done
interface=stlink.cfg
check 'st-info identifies eleven dies' probes 'stm32f407vg 413 1048576 16384' 'stm32f429zi 419 2097152 16384' \
    'stm32f446re 421 524288 131072' 'stm32f401cc 423 262144 16384' 'stm32f411ce 431 524288 16384' \
    'stm32f401re 433 524288 16384' 'stm32f469ni 434 2097152 16384' 'stm32f412zg 441 1048576 16384' \
    'stm32f410rb 458 131072 16384' 'stm32f413zh 463 1572864 16384' 'stm32f207zg 411 1048576 131072'
# st-flash waits for its loader by the wall's clock, and gives it up to 32 KiB at once.
head -c 8000 /dev/urandom >"$dir/noise.bin"
for die in stm32f407vg stm32f401cc stm32f429zi stm32f446re stm32f207zg; do
    check "st-flash writes and reads $die" flashes "$die"
done
check 'st-flash erases' erases
if [ -n "$GDB" ]; then
    check 'GDB steps and breaks through st-util' steps_through_st_util
fi
check 'pyOCD debugs' debugs_with_pyocd stm32f407vg cortex_m
echo "1..$n"
