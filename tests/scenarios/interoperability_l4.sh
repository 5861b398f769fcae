#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenOCD, the stlink tools and pyOCD at the virtual STM32L4, L4+, G4, WB and WL: identification, debugging,
# programming, mass erase, read protection, options, write protection, two banks, pages of the second core. What they
# write to the flash controller is what works on real chips. The stlink tools 1.7 know no STM32WL.
chip=stm32l476rg
driver=stm32l4x
core='Cortex-M4 r0p1'
cpuid=410fc241
erased=ff
# OpenOCD writes FLASH_CR right behind OBL_LAUNCH, with which the chip holds its reset pin low for 1.09 ms; a host that
# is slower than that, as real ones are, comes too late to notice.
settings=usb-latency=600
# With SWDLINK_TEST_ALL all of its checks run, by default every third.
[ -n "${SWDLINK_TEST_ALL-}" ] || : "${SWDLINK_TEST_SAMPLE:=3}"
. "$srcdir/tests/scenarios/interoperability_chip.inc"
need openocd st-info st-flash st-util pyocd-tool python3
need_preload

# ---- the families -------------------------------------------------------------------------------

# use CHIP TARGET CPU FLASH OPTIONS SIZE SECTOR USER: FLASH is the address of the controller, OPTIONS that of the
# option bytes, USER the first of them
use() {
    chip=$1 target=$2 cpu=$3 flash=$4 options=$5 size=$6 sector=$7 user=$8
    counting=$chip,firmware=$dir/count.bin
}
use_l4() { use stm32l476rg stm32l4x.cfg stm32l4x.cpu 0x40022020 0x1fff7800 1M 0x800 ffeff8aa; }
use_l4plus() { use stm32l4r5zi stm32l4x.cfg stm32l4x.cpu 0x40022020 0x1ff00000 2M 0x1000 ffeff8aa; }
use_g4() { use stm32g474re stm32g4x.cfg stm32g4x.cpu 0x40022020 0x1fff7800 512K 0x800 ffeff8aa; }
use_wb() { use stm32wb55rg stm32wbx.cfg stm32wbx.cpu 0x58004020 0x1fff8000 1M 0x1000 3dfff1aa; }
use_wl() { use stm32wle5jc stm32wlx.cfg stm32wlx.cpu0 0x58004020 0x1fff7800 256K 0x800 3ffff0aa; }

# ---- OpenOCD ------------------------------------------------------------------------------------

# identifies_banks DIE...: each the chip, its DEV_ID, the KiB of its flash and how many banks that is
identifies_banks() {
    for die; do
        # shellcheck disable=SC2086 # four words
        set -- $die
        ocd "$1" init 'reset halt' 'flash probe 0' 'mdw 0xe0042000' 'mdw 0xe000ed00' && no_violations &&
            seen "0xe0042000: [0-9a-f]*$2" "flash size = $3 KiB" "flash mode : $4-bank" 'RDP level 0 (0xAA)' \
                "0xe000ed00: $cpuid" "$core processor detected" '6 breakpoints, 4 watchpoints' || return
    done
}

follows_the_rom_table() {
    ocd "$chip" init 'dap info' && no_violations &&
        seen 'MEM-AP BASE 0xe00ff003' 'Designer is 0x020, STMicroelectronics' "Part is $1" 'System Control Space' \
            'Data Watchpoint' 'Flash Patch' 'ITM'
}

# The program starts once the chip has loaded its options again, or has no look at whether its flash is empty.
programs_and_runs() {
    new_chip && ocd "$board" "program $dir/count.bin verify 0x08000000" 'stm32l4x option_load 0' 'sleep 20' \
        'reset run' 'sleep 100' 'set a [read_memory 0x20000100 32 1]' 'sleep 100' \
        'set b [read_memory 0x20000100 32 1]' 'if {$a != $b} {echo "it runs"}' && no_violations &&
        seen 'Programming Finished' 'Verified OK' 'it runs'
}

locks() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'stm32l4x lock 0' && no_violations && : >"$dir/out" &&
        ocd "$board" init halt 'flash probe 0' 'catch {mdw 0x08000000} e' 'echo "caught $e"' && no_violations &&
        seen 'RDP level 1 (0x00)' 'caught ' && unseen '0x08000000: 20001000'
}

unlocks() {
    locks && : >"$dir/out" && ocd "$board" init halt 'stm32l4x unlock 0' 'stm32l4x option_load 0' && no_violations &&
        : >"$dir/out" && ocd "$board" init 'reset halt' 'flash probe 0' 'mdw 0x08000000' && no_violations &&
        seen 'RDP level 0 (0xAA)' "0x08000000: $1"
}

# IWDG_STOP; what was written counts, and is read, when it was loaded.
writes_options() {
    changed=$(printf '%08x' $((0x$user & ~0x20000)))
    new_programmed_chip && ocd "$board" init 'reset halt' 'stm32l4x option_write 0 0x20 0 0x20000' \
        'stm32l4x option_read 0 0x20' 'echo loading' 'stm32l4x option_load 0' 'sleep 20' 'reset halt' \
        'stm32l4x option_read 0 0x20' "mdw $options 2" && no_violations &&
        sed '/loading/q' "$dir/out" | grep -q "<$flash> = 0x$user" &&
        sed '1,/loading/d' "$dir/out" | grep -q "<$flash> = 0x$changed" &&
        seen "$options: $changed $(printf '%08x' $((0x$changed ^ 0xffffffff)))"
}

# protects BANK: its pages 2 and 3
protects() {
    at=$(printf '0x%08x' $((0x08000000 + 2 * sector)))
    new_programmed_chip && ocd "$board" init 'reset halt' 'flash protect 0 2 3 on' 'stm32l4x option_load 0' 'sleep 20' \
        'reset halt' 'flash probe 0' 'flash info 0' 'catch {flash erase_sector 0 2 2} e' 'echo "caught $e"' &&
        violated_only "flash: a page erase, but $at is write-protected" &&
        seen '# *2: .* protected' '# *4: .* not protected' 'stm32x device protected' 'caught '
}

unprotects() {
    protects && : >"$dir/out" && ocd "$board" init 'reset halt' 'flash protect 0 2 3 off' 'stm32l4x option_load 0' \
        'sleep 20' 'reset halt' 'flash probe 0' "flash write_image erase $dir/noise.bin 0x08000000" \
        "verify_image $dir/noise.bin 0x08000000" && no_violations && seen 'verified 20000 bytes'
}

# programs_two_banks BOUNDARY: across it
programs_two_banks() {
    start=$(printf '0x%08x' $(($1 - 0x2800)))
    new_chip && ocd "$board" init 'reset halt' "flash write_image erase $dir/noise.bin $start" \
        "verify_image $dir/noise.bin $start" 'stm32l4x mass_erase 0' "mdw $start" "mdw $1" && no_violations &&
        seen 'flash mode : dual-bank' 'verified 20000 bytes' "$start: ffffffff" "$1: ffffffff" && is_erased
}

# programs_one_bank DBANK: with the option of two banks taken away
programs_one_bank() {
    new_chip && ocd "$board" init 'reset halt' "stm32l4x option_write 0 0x20 0 $1" 'stm32l4x option_load 0' 'sleep 20' &&
        no_violations && : >"$dir/out" && ocd "$board" init 'reset halt' \
        "flash write_image erase $dir/noise.bin 0x08003000" "verify_image $dir/noise.bin 0x08003000" \
        'stm32l4x mass_erase 0' && no_violations &&
        seen 'flash mode : single-bank' 'verified 20000 bytes' 'mass erase complete' && is_erased
}

knows_the_hole() {
    new_chip stm32g474rc && ocd "$board" init 'reset halt' 'flash probe 0' \
        "flash write_image erase $dir/noise.bin 0x08040000" "verify_image $dir/noise.bin 0x08040000" && no_violations &&
        seen 'gap detected from 0x08020000 to 0x0803ffff' 'verified 20000 bytes'
}

# Neither by one page nor all at once; the pages before are free.
leaves_the_second_core_alone() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'catch {flash erase_sector 0 244 244} e' 'echo "caught $e"' \
        'catch {stm32l4x mass_erase 0} f' 'echo "caught $f"' 'flash erase_sector 0 243 243' 'mdw 0x08000000' &&
        seen 'caught ' '0x08000000: 20001000' 'erased sectors 243 through 243' &&
        violated_only 'flash: a \(page\|mass\) erase in pages of the second core'
}

# ---- stlink tools -------------------------------------------------------------------------------

# st-flash gives the loader half a second of real time for all that it has in RAM, in which a busy machine may not run
# the 0.2 s of so few bytes.
writes() {
    head -c 6000 "$dir/noise.bin" >"$dir/few.bin"
    for _ in 1 2 3 4; do
        new_chip
        with "$board" st-flash write "$dir/few.bin" 0x08000000 && break
    done
    seen 'Flash written and verified! jolly good!' && no_violations &&
        with "$board" st-flash read "$dir/back.bin" 0x08000000 6000 && no_violations && cmp "$dir/few.bin" "$dir/back.bin"
}

debugs_through_st_util() {
    steps_through_st_util 'monitor reset' 'monitor halt' 'flushregs' 'p/x $sp' && seen '= 0x20001000'
}

# judge FAMILY
judge() {
    "use_$1"
    check "$interface: $chip: steps, breakpoint, watchpoint, registers" debugs
    check "$interface: $chip: programs; the program runs" programs_and_runs
    check "$interface: $chip: programs over something, fills, erases a page, reads back" programs_over_something
    check "$interface: $chip: programs without a working area" without_a_loader 0x08000800
    check "$interface: $chip: lock ends in read protection level 1" locks
    check "$interface: $chip: unlock erases the chip and opens it" unlocks ffffffff
    check "$interface: $chip: options count when they were loaded" writes_options
    check "$interface: $chip: protected pages are refused" protects
    check "$interface: $chip: protection is taken off" unprotects
    [ "$1" = wb ] || check "$interface: $chip: mass erase" mass_erases
}

for interface in stlink.cfg stlink-dap.cfg; do
    use_l4
    check "$interface: identifies dies of STM32L4" identifies_banks 'stm32l476rg 415 1024 dual' \
        'stm32l432kc 435 256 single' 'stm32l496zg 461 1024 dual' 'stm32l452re 462 512 single' \
        'stm32l412kb 464 128 single' 'stm32l4r5zi 470 2048 dual' 'stm32l4r5zg 470 1024 dual' 'stm32l4p5ve 471 512 dual'
    check "$interface: moves blocks that are not aligned" moves_blocks 0x20000003 0x10000003
    [ "$interface" = stlink.cfg ] || check "$interface: follows the ROM table" follows_the_rom_table 0x415
    use_g4
    check "$interface: identifies dies of STM32G4" identifies_banks 'stm32g431kb 468 128 single' \
        'stm32g474re 469 512 dual' 'stm32g474rc 469 256 dual' 'stm32g491re 479 512 single'
    use_wb
    check "$interface: identifies dies of STM32WB" identifies_banks 'stm32wb55rg 495 1024 single' \
        'stm32wb15cc 494 320 single'
    use_wl
    check "$interface: identifies STM32WL" identifies_banks 'stm32wle5jc 497 256 single' 'stm32wl55jc 497 256 single'
    # The other transport is another way to the core, and the same to each controller.
    if [ $interface = stlink.cfg ]; then families='l4 g4 wb wl'; else families=l4; fi
    for family in $families; do
        judge "$family"
    done
    use_l4
    check "$interface: $chip: programs across two banks, and erases both" programs_two_banks 0x08080000
    use_l4plus
    check "$interface: $chip: programs across two banks, and erases both" programs_two_banks 0x08100000
    check "$interface: $chip: options count when they were loaded" writes_options
    check "$interface: $chip: programs it as one bank" programs_one_bank 0x400000
    use_g4
    check "$interface: $chip: programs across two banks, and erases both" programs_two_banks 0x08040000
    check "$interface: $chip: programs it as one bank" programs_one_bank 0x400000
    check "$interface: knows the hole between the banks of a smaller G474" knows_the_hole
    use_wb
    check "$interface: $chip: pages of the second core are refused" leaves_the_second_core_alone
done
interface=stlink.cfg
check 'st-info identifies the dies that it knows' probes 'stm32l476rg 415 1048576 2048' 'stm32l432kc 435 262144 2048' \
    'stm32l4r5zi 470 2097152 4096' 'stm32g431kb 468 131072 2048' 'stm32g474re 469 524288 2048' \
    'stm32wb55rg 495 1048576 4096'
for family in l4 l4plus g4 wb; do
    "use_$family"
    check "st-flash writes, verifies and reads $chip" writes
    [ "$family" = wb ] || check "st-flash erases $chip" erases
done
use_g4
if [ -n "$GDB" ]; then
    check 'GDB steps, breaks and resets through st-util' debugs_through_st_util
fi
use_l4
check 'pyOCD debugs the core' debugs_with_pyocd "$chip" cortex_m
echo "1..$n"
