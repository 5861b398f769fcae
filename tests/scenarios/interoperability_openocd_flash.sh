#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenOCD's jobs with the flash and the option bytes. It writes the flash keys again while the controller is
# unlocked, as real parts permit, and it leaves option bytes to be written after it erased them.
. "$srcdir/tests/scenarios/interoperability.inc"
need openocd
need_preload
write_firmware "$dir/count.bin"
head -c 20000 /dev/urandom >"$dir/noise.bin"

# A chip with the program, whose flash and option bytes stay for the next session.
new_chip() {
    rm -f "$dir/chip"
    board="stm32f031k6,store=$dir/chip"
    ocd "$board" init 'reset halt' "flash write_image erase $dir/count.bin 0x08000000" 'verify_image '"$dir/count.bin"' 0x08000000' &&
        no_violations && : >"$dir/out"
}

locks() {
    new_chip && ocd "$board" init 'reset halt' 'stm32f1x lock 0' && no_violations && seen 'stm32x locked' &&
        ocd "$board" init halt 'stm32f1x options_read 0' 'catch {mdw 0x08000000} e' 'echo "caught $e"' &&
        seen 'read protection: on' 'caught ' && unseen '0x08000000: 20001000'
}

# What stood in the flash is gone then, as the reference manual says of level 1 to level 0.
unlocks() {
    locks && : >"$dir/out" && ocd "$board" init 'reset halt' 'stm32f1x unlock 0' && no_violations &&
        seen 'stm32x unlocked' &&
        ocd "$board" init 'reset halt' 'stm32f1x options_read 0' 'mdw 0x08000000' 'mdw 0x1ffff800' &&
        no_violations && seen 'read protection: off' '0x08000000: ffffffff' '0x1ffff800: 00ff55aa'
}

writes_options() {
    new_chip && ocd "$board" init 'reset halt' 'stm32f1x options_write 0 HWWDG RSTSTNDBY NORSTSTOP' \
        'stm32f1x options_load 0' 'reset halt' 'stm32f1x options_read 0' && no_violations &&
        seen 'stm32x write options complete' 'watchdog: hardware' 'stop mode: no reset' 'standby mode: reset' &&
        : >"$dir/out" && ocd "$board" init 'reset halt' 'mdw 0x1ffff800' 'mdw 0x08000000' 'stm32f1x options_read 0' &&
        no_violations && seen 'watchdog: hardware' '0x08000000: 20001000' '0x1ffff800: 05fa55aa'
}

user_data() {
    new_chip && ocd "$board" init 'reset halt' 'stm32f1x options_write 0 USEROPT 0x5a3c' 'stm32f1x options_load 0' \
        'reset halt' 'stm32f1x options_read 0' 'mdw 0x1ffff804' && no_violations &&
        seen 'user data = 0x5a3c' '0x1ffff804: a55ac33c'
}

options_take_effect_when_loaded() {
    new_chip && ocd "$board" init 'reset halt' 'stm32f1x options_write 0 RSTSTOP' 'stm32f1x options_read 0' \
        'echo loading' 'stm32f1x options_load 0' 'reset halt' 'stm32f1x options_read 0' && no_violations &&
        sed '/loading/q' "$dir/out" | grep -q 'stop mode: no reset' &&
        sed '1,/loading/d' "$dir/out" | grep -q 'stop mode: reset generated'
}

protects() {
    new_chip && ocd "$board" init 'reset halt' 'flash protect 0 0 3 on' 'stm32f1x options_load 0' 'reset halt' \
        'flash probe 0' 'flash info 0' 'stm32f1x options_read 0' && no_violations &&
        seen '# *3: 0x00003000 (0x1000 4kB) protected' '# *4: 0x00004000 (0x1000 4kB) not protected' \
            'write protection register = 0xfffffff0' &&
        : >"$dir/out" &&
        ocd "$board" init 'reset halt' 'catch {flash erase_sector 0 0 0} e' 'echo "caught $e"' 'mdw 0x08000000' &&
        violated_only 'flash: erase of 0x08000000, which is write-protected' &&
        seen 'stm32x device protected' '0x08000000: 20001000'
}

unprotects() {
    protects && : >"$dir/out" && ocd "$board" init 'reset halt' 'flash protect 0 0 3 off' 'stm32f1x options_load 0' \
        'reset halt' 'flash probe 0' "flash write_image erase $dir/noise.bin 0x08000000" \
        "verify_image $dir/noise.bin 0x08000000" && no_violations && seen 'wrote 20480 bytes\|wrote 20000 bytes' \
        'verified 20000 bytes'
}

verifies() {
    new_chip && ocd "$board" init 'reset halt' "verify_image $dir/count.bin 0x08000000" \
        "verify_image_checksum $dir/count.bin 0x08000000" "flash verify_image $dir/count.bin 0x08000000" \
        "catch {verify_image $dir/noise.bin 0x08000000} e" 'echo "caught $e"' && no_violations &&
        [ "$(grep -c '^verified 80 bytes' "$dir/out")" = 3 ] && seen 'checksum mismatch' 'caught .*diff 0 address 0x08000000'
}

fills_and_erases_pages() {
    new_chip && ocd "$board" init 'reset halt' 'flash fillw 0x08000400 0xdeadbeef 4' 'mdw 0x08000400 5' \
        'flash fillh 0x08000800 0x1234 3' 'mdh 0x08000800 4' 'flash erase_address 0x08000400 0x400' \
        'mdw 0x08000400' 'mdh 0x08000800' && no_violations &&
        seen '0x08000400: deadbeef deadbeef deadbeef deadbeef ffffffff' '0x08000800: 1234 1234 1234 ffff' \
            '0x08000400: ffffffff' '0x08000800: 1234'
}

reads_back() {
    new_chip && ocd "$board" init 'reset halt' "flash write_image erase $dir/noise.bin 0x08000400" \
        "flash read_bank 0 $dir/back.bin 0x400 20000" && no_violations && cmp "$dir/noise.bin" "$dir/back.bin"
}

without_a_loader() {
    new_chip && ocd "$board" 'stm32f0x.cpu configure -work-area-size 0' init 'reset halt' \
        "flash write_image erase $dir/count.bin 0x08000400" "verify_image $dir/count.bin 0x08000400" &&
        no_violations && seen 'falling back\|no working area\|not enough working area' 'verified 80 bytes'
}

for interface in stlink.cfg stlink-dap.cfg; do
    check "$interface: lock ends in read protection level 1" locks
    check "$interface: unlock erases the flash and opens the chip" unlocks
    check "$interface: options_write sets the option bytes" writes_options
    check "$interface: the user's option bytes are written with their complements" user_data
    check "$interface: option bytes count when they were loaded" options_take_effect_when_loaded
    check "$interface: protected pages refuse to be erased" protects
    check "$interface: protection is taken off, and 20 KB are programmed" unprotects
    check "$interface: verify_image finds what is equal and what differs" verifies
    check "$interface: words and halfwords are filled in, and a page is erased" fills_and_erases_pages
    check "$interface: the bank is read back" reads_back
    check "$interface: programs without a working area" without_a_loader
done
echo "1..$n"
