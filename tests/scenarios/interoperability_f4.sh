#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenOCD, the stlink tools and pyOCD at the virtual STM32F4 and F2: identification, debugging, programming, read and
# write protection, option bytes, two banks. What they write to the flash controller is what works on real chips.
chip=stm32f407vg
target=stm32f4x.cfg
driver=stm32f2x
core='Cortex-M4 r0p1'
cpuid=410fc241
size=1M
sector=0x4000
erased=ff
. "$srcdir/tests/scenarios/interoperability_chip.inc"
need openocd st-info st-flash st-util pyocd-tool python3
need_preload
head -c 6000 "$dir/noise.bin" >"$dir/few.bin"

# ---- OpenOCD ------------------------------------------------------------------------------------

follows_the_rom_table() {
    ocd "$chip" init 'dap info' && no_violations &&
        seen 'MEM-AP BASE 0xe00ff003' 'Part is 0x413' 'System Control Space' 'Data Watchpoint' 'Flash Patch' 'ITM'
}

# Revision A of an STM32F407 says that it is an STM32F205; OpenOCD looks at the core.
knows_the_first_revision() {
    ocd "$chip,idcode=0x20006411" init 'reset halt' 'flash info 0' && no_violations &&
        seen 'flash size = 1024 KiB' 'Rev: A' 'STM32F4xx'
}

# The option bytes are loaded by each reset; the debugger is shut out of the flash.
locks() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'stm32f2x lock 0' && no_violations &&
        seen 'stm32f2x locked' &&
        ocd "$board" init 'reset halt' 'mdw 0x40023c14' 'catch {mdw 0x08000000} e' 'echo "caught $e"' &&
        no_violations && seen '0x40023c14: 0fff00ed' 'caught ' && unseen '0x08000000: 20001000'
}

unlocks() {
    locks && : >"$dir/out" && ocd "$board" init 'reset halt' 'stm32f2x unlock 0' && no_violations &&
        seen 'stm32f2x unlocked' &&
        ocd "$board" init 'reset halt' 'mdw 0x08000000' 'mdw 0x40023c14' && no_violations &&
        seen '0x08000000: ffffffff' '0x40023c14: 0fffaaed' && is_erased
}

writes_options() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'stm32f2x options_write 0 0x8c' 'reset halt' \
        'stm32f2x options_read 0' 'mdw 0x1fffc000' 'mdw 0x08000000' && no_violations &&
        seen 'stm32f2x write options complete' 'user_options 0x8C' '0x1fffc000: 5570aa8f' '0x08000000: 20001000'
}

protects() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'flash protect 0 1 2 on' && no_violations &&
        ocd "$board" init 'reset halt' 'flash info 0' 'mdw 0x40023c14' && no_violations &&
        seen '# *0: 0x00000000 (0x4000 16kB) not protected' '# *1: 0x00004000 (0x4000 16kB) protected' \
            '# *3: 0x0000c000 (0x4000 16kB) not protected' '0x40023c14: 0ff9aaed' || return
    : >"$dir/out"
    ocd "$board" init 'reset halt' 'catch {flash erase_sector 0 1 1} e' 'echo "caught $e"' &&
        violated_only 'flash: erase of 16 KiB at 0x08004000 with write-protected sectors' &&
        seen 'stm32x device protected' &&
        ocd "$board" init 'reset halt' 'flash protect 0 1 2 off' 'flash erase_sector 0 1 1' && no_violations
}

programs_the_second_bank() {
    new_chip stm32f429zi && ocd "$board" init 'reset halt' 'flash info 0' \
        "flash write_image erase $dir/noise.bin 0x08100000" "verify_image $dir/noise.bin 0x08100000" \
        'flash erase_sector 0 12 13' 'mdw 0x08104000' 'flash protect 0 12 12 on' 'mdw 0x40023c18' && no_violations &&
        seen 'Dual Bank 2048 kiB' '# *23: 0x001e0000 (0x20000 128kB)' 'verified 20000 bytes' "0x08104000: $word" \
            '0x40023c18: 0ffe0000'
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

programs_an_f2() {
    target=stm32f2x.cfg
    new_chip stm32f207zg && ocd "$board" init 'reset halt' 'flash info 0' 'mdw 0xe0042000' \
        "flash write_image erase $dir/noise.bin 0x08010000" "verify_image $dir/noise.bin 0x08010000" \
        'stm32f2x lock 0' 'reset halt' 'stm32f2x unlock 0' 'reset halt' 'mdw 0x08010000'
    result=$?
    target=stm32f4x.cfg
    [ "$result" = 0 ] && no_violations &&
        seen 'Cortex-M3 r2p0 processor detected' '0xe0042000: 201f6411' '# *11: 0x000e0000 (0x20000 128kB)' \
            'verified 20000 bytes' "0x08010000: $word"
}

# ---- stlink tools -------------------------------------------------------------------------------

# st-flash gives the loader half a second of real time for all that it has in RAM, in which a busy machine may not run
# what 20000 bytes take.
flashes_few() {
    new_chip "$1"
    for _ in 1 2 3 4; do
        with "$board" st-flash write "$dir/few.bin" 0x08000000 && break
    done
    seen 'Flash written and verified! jolly good!' && no_violations &&
        with "$board" st-flash read "$dir/back.bin" 0x08000000 6000 && no_violations && cmp "$dir/few.bin" "$dir/back.bin"
}

for interface in stlink.cfg stlink-dap.cfg; do
    check "$interface: identifies ten dies" identifies 'stm32f407vg 413 1024' 'stm32f429zi 419 2048' \
        'stm32f446re 421 512' 'stm32f401cc 423 256' 'stm32f411ce 431 512' 'stm32f401re 433 512' 'stm32f469ni 434 2048' \
        'stm32f412zg 441 1024' 'stm32f410rb 458 128' 'stm32f413zh 463 1536'
    check "$interface: knows the first revision of an STM32F407" knows_the_first_revision
    [ "$interface" = stlink.cfg ] || check "$interface: follows the ROM table" follows_the_rom_table
    check "$interface: steps, breakpoint, watchpoint, registers" debugs
    # In the SRAM, and in the core-coupled memory.
    check "$interface: moves blocks that are not aligned" moves_blocks 0x20000003 0x10000003
    check "$interface: programs, verifies and runs" programs
    check "$interface: programs over something, fills, erases a sector, reads back" programs_over_something
    check "$interface: programs without a working area" without_a_loader 0x08004000
    check "$interface: mass erase" mass_erases
    check "$interface: programs, erases and protects the second bank" programs_the_second_bank
    check "$interface: mass erase of both banks" mass_erases_both_banks
    check "$interface: lock ends in read protection" locks
    check "$interface: unlock erases the chip and opens it" unlocks
    check "$interface: option bytes" writes_options
    check "$interface: protects sectors, is refused their erase, takes it back" protects
    check "$interface: programs OTP" programs_otp
    check "$interface: an STM32F207: programs, locks, unlocks" programs_an_f2
done
interface=stlink.cfg
check 'st-info identifies eleven dies' probes 'stm32f407vg 413 1048576 16384' 'stm32f429zi 419 2097152 16384' \
    'stm32f446re 421 524288 131072' 'stm32f401cc 423 262144 16384' 'stm32f411ce 431 524288 16384' \
    'stm32f401re 433 524288 16384' 'stm32f469ni 434 2097152 16384' 'stm32f412zg 441 1048576 16384' \
    'stm32f410rb 458 131072 16384' 'stm32f413zh 463 1572864 16384' 'stm32f207zg 411 1048576 131072'
for die in stm32f407vg stm32f429zi stm32f446re stm32f401cc stm32f411ce stm32f207zg; do
    check "st-flash writes and reads $die" flashes_few "$die"
done
check 'st-flash erases' erases
if [ -n "$GDB" ]; then
    check 'GDB steps and breaks through st-util' steps_through_st_util
fi
check 'pyOCD debugs' debugs_with_pyocd "$chip" cortex_m
echo "1..$n"
