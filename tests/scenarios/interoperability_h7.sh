#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenOCD and the stlink tools at the virtual STM32H7: identification by several access ports, debugging of both cores,
# programming of both banks, mass erase, read and write protection, options. What they write to the flash controller is what
# works on real chips. Debian's pyOCD (0.13) has no part of the family.
chip=stm32h743zi
target=stm32h7x_dual_bank.cfg
driver=stm32h7x
core='Cortex-M7 r1p1'
cpuid=411fc271
size=2M
sector=0x20000
erased=ff
cpu=stm32h7x.cpu0
# With SWDLINK_TEST_ALL all of its checks run, by default every third.
[ -n "${SWDLINK_TEST_ALL-}" ] || : "${SWDLINK_TEST_SAMPLE:=3}"
. "$srcdir/tests/scenarios/interoperability_chip.inc"
need openocd st-info st-flash python3
need_preload
# A flash word each, so that two of them are not padded into one.
head -c 20032 /dev/urandom >"$dir/noise.bin"

# ---- OpenOCD ------------------------------------------------------------------------------------

# identifies_dies DIE...: each the chip, its DEV_ID, the KiB of a bank, the core as OpenOCD and as SCS name it, OpenOCD's file
# shellcheck disable=SC2030 # only there
identifies_dies() (
    for die; do
        # shellcheck disable=SC2086 # six words
        set -- $die
        target=$6
        ocd "$1" init 'reset halt' 'flash probe 0' 'mdw 0x5c001000' 'mdw 0xe000ed00' && no_violations &&
            seen "0x5c001000: [0-9a-f]*$2" "size is $3 kb" "Cortex-M7 $4 processor detected" "0xe000ed00: $5" \
                '8 breakpoints, 4 watchpoints' || exit
    done
)

follows_the_rom_tables() {
    ocd "$chip" init 'dap info 0' 'dap info 1' 'dap info 2' && no_violations &&
        seen 'MEM-AP BASE 0xe00fe003' 'Part is 0x450' 'Part is 0x4c7' 'AP ID register 0x84770001' 'No ROM table present' \
            'AP ID register 0x54770002' 'MEM-AP BASE 0xe00e0003' 'Component base address 0xe00f0000'
}

programs_both_banks() {
    new_chip && ocd "$board" init 'reset halt' "flash write_image erase $dir/noise.bin 0x08020000" \
        "verify_image $dir/noise.bin 0x08020000" "flash write_image erase $dir/noise.bin 0x08120000" \
        "verify_image $dir/noise.bin 0x08120000" && no_violations && seen 'verified 20032 bytes' &&
        kept 0x08120000 20032 && cmp "$dir/noise.bin" "$dir/kept"
}

mass_erases_both_banks() {
    programs_both_banks && : >"$dir/out" && ocd "$board" init 'reset halt' 'flash probe 1' 'stm32h7x mass_erase 0' \
        'stm32h7x mass_erase 1' && no_violations && seen 'mass erase complete' && is_erased
}

# A whole sector has to be erased, and a flash word comes as a whole.
programs_a_flash_word() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'flash fillw 0x08020000 0xdeadbeef 8' 'mdw 0x08020000 9' \
        'flash erase_address 0x08020000 0x20000' 'mdw 0x08020000' && no_violations &&
        seen "deadbeef deadbeef deadbeef deadbeef" "0x08020020: $word" "0x08020000: $word"
}

locks() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'stm32h7x lock 0' 'mdw 0x5200201c' && no_violations &&
        seen 'stm32h7x locked' '0x5200201c: [0-9a-f]\{4\}00' && : >"$dir/out" &&
        ocd "$board" init halt 'catch {mdw 0x08000000} e' 'echo "caught $e"' && no_violations && seen 'caught ' &&
        unseen '0x08000000: 20001000'
}

unlocks() {
    locks && : >"$dir/out" && ocd "$board" init halt 'stm32h7x unlock 0' 'mdw 0x08000000' && no_violations &&
        seen 'stm32h7x unlocked' "0x08000000: $word" &&
        "$top_builddir/swdlink" info --probe "virtual:$board" >>"$dir/out" && seen 'level 0'
}

# FZ_IWDG_STOP, which counts at once and stays.
writes_options() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'stm32h7x option_read 0 0x1c' \
        'stm32h7x option_write 0 0x20 0 0x20000' 'stm32h7x option_read 0 0x1c' 'reset halt' \
        'stm32h7x option_read 0 0x1c' && no_violations && seen '<0x5200201c> = 0x1386aaf0' &&
        [ "$(grep -c '<0x5200201c> = 0x1384aaf0' "$dir/out")" = 2 ]
}

protects() {
    new_programmed_chip && ocd "$board" init 'reset halt' 'flash protect 0 2 3 on' 'flash info 0' \
        'catch {flash erase_sector 0 2 2} e' 'echo "caught $e"' 'flash protect 0 2 3 off' 'flash erase_sector 0 2 2' &&
        violated_only 'flash: erase of 128 KiB at 0x08040000 with something protected in it' &&
        seen '# *2: .* protected' '# *4: .* not protected' 'WRPERR detected' 'caught ' 'erased sectors 2 through 2'
}

# The bus of the units of debug answers while the reset pin is low, and the core's bus does not.
reaches_dbgmcu_in_reset() {
    ocd "$chip" 'reset_config srst_only srst_nogate' init 'poll off' 'adapter assert srst' 'sleep 10' 'targets stm32h7x.ap2' 'mdw 0xe00e1000' 'targets stm32h7x.cpu0' \
        'catch {stm32h7x.cpu0 read_memory 0x5c001000 32 1} e' 'echo "caught $e"' 'adapter deassert srst' &&
        no_violations && seen '0xe00e1000: 20036450' 'caught '
}

# The second core by its access port, with a program of its own in the second bank. OpenOCD's file makes a target of it when
# it is asked to.
# shellcheck disable=SC2030,SC2031 # only there
debugs_both_cores() (
    echo 'set DUAL_CORE 1; set DUAL_BANK 1; source [find target/stm32h7x.cfg]' >"$dir/both.cfg"
    target=../../../../..$dir/both.cfg
    new_chip stm32h745zi && ocd "$board" "program $dir/count.bin verify 0x08000000" && no_violations || return
    {
        printf '\000\004\000\060\101\000\020\010'
        head -c 56 /dev/zero
        printf '\000\040\002\111\001\060\010\140\374\347\000\277\000\000\000\070'
    } >"$dir/second.bin"
    ocd "$board" init 'reset halt' "flash write_image erase $dir/second.bin 0x08100000" && no_violations &&
        : >"$dir/out" && ocd "$board" 'reset_config none' init 'targets stm32h7x.cpu1' halt \
        'echo "of it [stm32h7x.cpu1 read_memory 0xe000ed00 32 1]"' 'reg pc 0x08100040' step 'reg pc' \
        'bp 0x08100046 2 hw' resume 'wait_halt 2000' 'reg pc' 'rbp all' resume 'sleep 10' \
        'set a [stm32h7x.cpu0 read_memory 0x38000000 32 1]' 'sleep 10' \
        'set b [stm32h7x.cpu0 read_memory 0x38000000 32 1]' 'if {$a != $b} {echo "it runs"}' && no_violations &&
        seen 'of it 0x410fc241' 'pc (/32): 0x08100042' 'pc (/32): 0x08100046' 'it runs'
)

for interface in stlink.cfg stlink-dap.cfg; do
    check "$interface: identifies three dies" identifies_dies 'stm32h743zi 450 1024 r1p1 411fc271 stm32h7x_dual_bank.cfg' \
        'stm32h723zg 483 1024 r1p2 411fc272 stm32h7x.cfg' 'stm32h7a3zi 480 1024 r1p1 411fc271 stm32h7x_dual_bank.cfg'
    [ "$interface" = stlink.cfg ] || check "$interface: follows the ROM tables of three access ports" follows_the_rom_tables
    check "$interface: steps, breakpoint, watchpoint, registers" debugs
    # In DTCM, AXI SRAM, SRAM4 and ITCM.
    check "$interface: moves blocks that are not aligned" moves_blocks 0x20000003 0x24000003 0x38000003 0x00000003
    check "$interface: programs, verifies and runs" programs
    check "$interface: programs both banks" programs_both_banks
    check "$interface: programs a flash word, erases its sector" programs_a_flash_word
    # By single accesses a whole sector takes too long.
    [ "$interface" = stlink-dap.cfg ] || check "$interface: programs without a working area" without_a_loader 0x08020000
    check "$interface: mass erase of both banks" mass_erases_both_banks
    check "$interface: lock ends in read protection" locks
    check "$interface: unlock erases the chip and opens it" unlocks
    check "$interface: options" writes_options
    check "$interface: protects sectors, is refused one, takes the protection back" protects
    [ "$interface" = stlink.cfg ] || check "$interface: reaches DBGMCU in reset" reaches_dbgmcu_in_reset
    [ "$interface" = stlink.cfg ] || check "$interface: debugs both cores" debugs_both_cores
done
interface=stlink.cfg
# Of an STM32H7A3 stlink 1.7 takes a sector for 128 KiB.
check 'st-info identifies two dies' probes 'stm32h743zi 450 2097152 131072' 'stm32h723zg 483 1048576 131072'
check 'st-flash writes and reads' flashes stm32h743zi
check 'st-flash erases' erases
echo "1..$n"
