#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenOCD at the virtual board: through its high-level ST-LINK driver (stlink.cfg) and through the one
# that drives DP and AP itself (stlink-dap.cfg).
. "$srcdir/tests/scenarios/interoperability.inc"
need openocd
need_preload
write_firmware "$dir/count.bin"

identifies() {
    ocd stm32f031k6 init 'flash probe 0' 'mdw 0xe000ed00' && no_violations &&
        seen 'SWD DPIDR 0x0bb11477\|stm32f0x.cpu. Cortex-M0 r0p0' 'Cortex-M0 r0p0 processor detected' \
            '4 breakpoints, 2 watchpoints' 'device id = 0x[0-9a-f]*444' 'flash size = 32 \?[kK]' \
            '0xe000ed00: 410cc200'
}

halts() {
    ocd "stm32f031k6,firmware=$dir/count.bin" init halt 'targets' 'resume' 'wait_halt 100'
    seen 'halted due to debug-request' 'timed out while waiting for target halted'
}

# OpenOCD keeps what is written until the core moves; after a step the values come from the core.
reads_registers() {
    ocd "stm32f031k6,firmware=$dir/count.bin" init 'reset halt' 'reg r3 0xdeadbeef' \
        'reg sp 0x20000ff0' 'reg primask 1' step 'reg r3 force' 'reg msp force' \
        'reg primask force' && no_violations && seen 'r3 (/32): 0xdeadbeef' \
        'msp (/32): 0x20000ff0' 'primask (/1): 0x01'
}

reads_memory() {
    ocd stm32f031k6 init halt 'mww 0x20000000 0x44332211' 'mwb 0x20000005 0xab' \
        'mwh 0x20000006 0xcdef' 'mdw 0x20000000 1' 'mdb 0x20000001 3' 'mdh 0x20000006' \
        'mdb 0x20000005' && no_violations &&
        seen '0x20000000: 44332211' '0x20000001: 22 33 44' '0x20000006: cdef' '0x20000005: ab'
}

moves_blocks() {
    head -c 3001 /dev/urandom >"$dir/block"
    ocd stm32f031k6 init halt "load_image $dir/block 0x20000003" \
        "dump_image $dir/back 0x20000003 3001" && no_violations && cmp "$dir/block" "$dir/back"
}

reports_faults() {
    ocd stm32f031k6 init halt 'catch {mdw 0x30000000} e' 'echo "caught $e"' 'mdw 0xe000ed00'
    seen 'caught ' '0xe000ed00: 410cc200' && unseen '0x30000000: '
}

programs() {
    ocd stm32f031k6 "program $dir/count.bin verify reset 0x08000000" 'sleep 100' \
        'set a [read_memory 0x20000100 32 1]' 'sleep 100' 'set b [read_memory 0x20000100 32 1]' \
        'if {$a != $b} {echo "it runs"}' && no_violations &&
        seen 'Programming Finished' 'Verified OK' 'it runs'
}

resets_and_halts() {
    ocd stm32f031k6 init 'reset halt' "flash write_image erase $dir/count.bin 0x08000000" \
        'reset halt' 'reg pc' 'reg sp' && no_violations &&
        seen 'pc (/32): 0x08000040' 'sp (/32): 0x20001000'
}

steps() {
    ocd stm32f031k6 init 'reset halt' "flash write_image erase $dir/count.bin 0x08000000" \
        'reset halt' step 'reg pc' step step 'reg pc' 'reg r0' step step 'reg pc' &&
        no_violations && seen 'pc (/32): 0x08000042' 'pc (/32): 0x08000046' 'r0 (/32): 0x00000001' \
            'pc (/32): 0x08000044'
}

breaks() {
    ocd stm32f031k6 init 'reset halt' "flash write_image erase $dir/count.bin 0x08000000" \
        'reset halt' 'bp 0x08000046 2 hw' resume 'wait_halt 2000' 'reg pc' 'reg r0' \
        resume 'wait_halt 2000' 'reg r0' && no_violations &&
        seen 'halted due to breakpoint' 'pc (/32): 0x08000046' 'r0 (/32): 0x00000001' \
            'r0 (/32): 0x00000002'
}

watches() {
    ocd stm32f031k6 init 'reset halt' "flash write_image erase $dir/count.bin 0x08000000" \
        'reset halt' 'wp 0x20000100 4 w' resume 'wait_halt 2000' 'reg r0' 'mdw 0x20000100' &&
        no_violations && seen 'halted due to \(watchpoint\|breakpoint\)' 'r0 (/32): 0x00000001' \
            '0x20000100: 00000001'
}

erases() {
    ocd stm32f031k6 init 'reset halt' "flash write_image erase $dir/count.bin 0x08000000" \
        'mdw 0x08000004' 'stm32f1x mass_erase 0' 'mdw 0x08000004' 'flash erase_check 0' &&
        no_violations && seen '0x08000004: 08000041' '0x08000004: ffffffff' \
            'stm32x mass erase complete'
}

reads_options() {
    ocd stm32f031k6 init 'reset halt' 'mdw 0x1ffff800' 'stm32f1x options_read 0' && no_violations &&
        seen '0x1ffff800: 00ff55aa'
    unseen 'Security Bit Set'
}

sees_protection() {
    ocd stm32f031k6,rdp=1 init halt 'stm32f1x options_read 0' 'catch {mdw 0x08000000} e' \
        'echo "caught $e"'
    seen 'caught ' && unseen '0x08000000: '
}

lists_components() {
    ocd stm32f031k6 init 'dap info' && no_violations &&
        seen 'AP ID register 0x04770021' 'MEM-AP BASE 0xe00ff003' 'Designer is 0x020, STMicroelectronics' \
            'Cortex-M0 SCS' 'Cortex-M0 DWT' 'Cortex-M0 BPU' 'End of ROM table'
}

# The event handlers of target/stm32f0x.cfg: PLL on, 48 MHz, one wait state.
clocks_up_after_reset() {
    ocd "stm32f031k6,firmware=$dir/count.bin" init 'reset init' 'mdw 0x40021004' 'mdw 0x40022000' && no_violations &&
        seen '0x40021004: 0010000a' '0x40022000: 00000031'
}

connects_under_reset() {
    ocd stm32f031k6,firmware=swd-off init && return 1
    ocd stm32f031k6,firmware=swd-off 'reset_config srst_only connect_assert_srst' init 'reset halt' 'reg pc' &&
        no_violations && seen 'halted due to debug-request' 'pc (/32): 0x080000c0'
}

finds_nobody() {
    ocd stm32f031k6,swdio=open init && return 1
    seen 'Error'
}

for interface in stlink.cfg stlink-dap.cfg; do
    check "$interface: identifies the STM32F031" identifies
    check "$interface: halts and resumes" halts
    check "$interface: reads and writes registers" reads_registers
    check "$interface: reads and writes memory" reads_memory
    check "$interface: moves blocks that are not aligned" moves_blocks
    check "$interface: a bus fault is reported and does no harm" reports_faults
    check "$interface: programs, verifies and runs" programs
    check "$interface: reset halt stops at the first instruction" resets_and_halts
    check "$interface: steps" steps
    check "$interface: stops at a hardware breakpoint, again and again" breaks
    check "$interface: stops at a watchpoint" watches
    check "$interface: mass erase" erases
    check "$interface: reads the option bytes" reads_options
    check "$interface: sees read protection" sees_protection
    check "$interface: reset init switches the clock" clocks_up_after_reset
    check "$interface: connects under reset to a program that takes the pins" connects_under_reset
    check "$interface: says that nobody answers" finds_nobody
done
check "$interface: lists the components of the ROM table" lists_components # no command of the other interface
echo "1..$n"
