#!/bin/sh
# SPDX-License-Identifier: MIT
# flash, erase, verify, options, unlock and doctor at virtual chips with the double-word controller, whose
# flash is kept in a file from one command to the next.
# shellcheck source=tests/tap.sh disable=SC2154 # the Makefile sets top_srcdir and top_builddir
. "$top_srcdir/tests/tap.sh"

unset SWDLINK_PROBE NO_COLOR
swdlink=$top_builddir/swdlink

run "$swdlink" list --probe virtual
if [ "$status" -ne 0 ]; then
    skip "the double-word controller at the virtual board" "this build has none"
    plan
    exit 0
fi

at() {
    command=$1
    shift
    run "$swdlink" "$command" --no-journal --probe "$board" "$@"
}
account() {
    grep -o "\"$1\": [0-9]*" "$tap_dir/account" | grep -o '[0-9]*$'
}
no_violation() {
    is "$(account violation_count)" 0
}
bytes() { # bytes COUNT SEED: always the same
    awk -v n="$1" -v x="$2" 'BEGIN { for (i = 0; i < n; i++) { x = (x * 69069 + 1) % 16777216; printf "%c", 1 + int(x / 65536) % 127 } }'
}
program() { # program COUNT SEED: a stack, an entry and a loop for ever; bytes behind
    printf '\000\020\000\040\011\000\000\010\376\347\376\347'
    bytes $(($1 - 12)) "$2"
}

# chip CHIP KIB SECOND_PAGE_OPTION: one of each family goes through all of it.
chip() {
    board=virtual:$1,store=$tap_dir/store-$1,account=$tap_dir/account
    size=$(($2 * 1024))
    program "$size" 1 >"$tap_dir/full"
    program "$size" 2 >"$tap_dir/other"

    at flash "$tap_dir/full"
    check "$1: a binary goes into a blank chip" is "$status" 0
    check "$1: all of it is programmed" has "$err" "$size programmed, 0 left as they were, $size verified"
    check "$1: a first program runs without a power cycle" has "$err" "reset; it runs"
    check "$1: whole rows pay for an erase of everything" is "$(account mass_erases) $(account pages_erased)" "1 0"
    check "$1: nothing is done that the manual forbids" no_violation
    at verify "$tap_dir/full"
    check "$1: what was programmed is equal" is "$status" 0
    at flash "$tap_dir/full" --json
    check "$1: an unchanged file programs nothing" has "$out" '"programmed": 0'
    at flash "$tap_dir/other" --erase pages
    check "$1: page by page" is "$status $(account mass_erases) $(account pages_erased)" "0 0 $(($2 / 2))"
    check "$1: page by page, as the manual wants it" no_violation

    at options
    check "$1: options have the names of the manual" has "$out" "nBOOT_SEL        1"
    at options WRP1A_STRT=2 WRP1A_END=3
    check "$1: pages are write-protected" is "$status" 0
    check "$1: options take effect" has "$err" "written, and loaded by a reset"
    check "$1: the new values are shown" has "$out" "WRP1A_END        3"
    at flash "$tap_dir/full"
    check "$1: a protected page is refused" is "$status" 1
    check "$1: and named with its area" has "$err" "0x08001000 is write-protected by the chip's options (WRP1A)"
    check "$1: nothing was erased before" is "$(account mass_erases) $(account pages_erased)" "0 0"
    at options WRP1A_STRT=63 WRP1A_END=0
    at flash "$tap_dir/full"
    check "$1: without protection it is programmed" is "$status" 0

    at options BOOT_LOCK=1 RDP=1 --yes
    check "$1: a pair that ends debugging is refused" is "$status" 2
    check "$1: and explained" has "$err" "BOOT_LOCK=1 together with read protection level 1 ends debugging"
    at options RDP=2 --yes
    check "$1: level 2 is never set" is "$status" 2
    at options RDP=1 --yes
    check "$1: read protection is set" is "$status" 0
    at info
    check "$1: info tells it" has "$out" "level 1: a debugger cannot read the flash"
    at flash "$tap_dir/full"
    check "$1: a read-protected chip is refused" has "$err" '`swdlink unlock`'
    at options RDP=0 --yes
    check "$1: level 1 is left by unlock only" has "$err" '`swdlink unlock`'
    at unlock --yes
    check "$1: unlock leaves level 1" is "$status" 0
    check "$1: in the order of the manual" no_violation
    at info
    check "$1: it is open" has "$out" "level 0: open"
    at flash "$tap_dir/full"
    check "$1: and takes a program" is "$status" 0
    at erase
    check "$1: erase takes everything" is "$status $(account mass_erases)" "0 1"

    at flash "$tap_dir/full"
    at doctor --deep --json
    check "$1: the doctor finds no fault" has "$out" '"verdict": "healthy"'
    check "$1: it measures VDDA by the chip itself" has "$out" '"vdda_mv": 3299'
    check "$1: it reads the options" has "$out" '"flash_optr": "0x'
    at options nBOOT_SEL=1 nBOOT0=0
    at doctor --json
    check "$1: a boot loader by the options is told" has "$out" "the options nBOOT_SEL=1 and nBOOT0=0 say so"
}

chip stm32g071rb 128
chip stm32c031c6,hse=48000000 32
chip stm32u083rc 256

# Two banks are erased at once.
board=virtual:stm32g0b1re,store=$tap_dir/two,account=$tap_dir/account
program 524288 3 >"$tap_dir/two-banks"
at flash "$tap_dir/two-banks"
check "both banks at once" is "$status $(account mass_erases) $(account pages_erased)" "0 1 0"
check "two banks have options each" sh -c "'$swdlink' options --no-journal --probe '$board' | grep -q WRP2B_END"
at options nSWAP_BANK=0
at verify "$tap_dir/two-banks"
check "swapped banks are seen at each other's place" is "$status" 1
at flash "$tap_dir/two-banks"
check "and programmed there" is "$status" 0
check "swapped banks, as the manual wants it" no_violation

# What the boot loader runs for, and what a chip that found its flash empty is told.
for chip in stm32c011f4 stm32g031k8; do
    board=virtual:$chip,store=$tap_dir/empty-$chip,account=$tap_dir/account
    bytes 9 4 >"$tap_dir/data"
    at flash "$tap_dir/data" --address 0x08000803
    check "$chip: without a program the boot loader runs, and not for BOOT0" has "$err" "and not the program: the flash holds none"
    at reset --halt
    check "$chip: the same when it is halted there" has "$err" "and not of the program: the flash holds none"
    at options RDP=1 --yes
    at flash "$tap_dir/data" --address 0x08000803
    check "$chip: a flash that cannot be read is not taken for a program" lacks "$err" "its flag is cleared"
    at unlock --yes
    check "$chip: nothing outlasts the unlocking" has "$err" "and the flash is erased"
done

# An area for execution only is read by nobody.
for chip in stm32g0b1re stm32c031c6; do
    board=virtual:$chip,store=$tap_dir/hidden-$chip,account=$tap_dir/account
    program 4096 7 >"$tap_dir/full"
    at flash "$tap_dir/full"
    at options PCROP1A_STRT=2 PCROP1A_END=2
    check "$chip: an area that could be everything is refused" has "$err" "PCROP1A_STRT and PCROP1A_END would be alike"
    at options PCROP1A_STRT=2 PCROP1A_END=3
    check "$chip: that flash is hidden for good is told before" has "$err" "can only be executed from now on"
    at verify "$tap_dir/full"
    check "$chip: what is hidden is not compared with zeros" has "$err" "0x08000400 to 0x080007ff cannot be read: the chip's options (PCROP1A)"
    at read 0x080007f8 16
    check "$chip: nor read as zeros" is "$status:$(wc -c <"$out")" "1:0"
    at read 0x08000800 16
    check "$chip: what lies behind is read" is "$status" 0
    at flash "$tap_dir/full"
    check "$chip: the core's own reads see no more" has "$err" "is in an area that can only be executed (PCROP1A"
    at options PCROP1A_STRT=5 PCROP1A_END=2
    check "$chip: an area is not narrowed" has "$err" "PCROP1A: flash that can only be executed can be made more and not less"
    check "$chip: which is refused" is "$status" 1
    at options PCROP1A_STRT=1 PCROP1A_END=4
    check "$chip: an area is widened" is "$status" 0
    at options PCROP_RDP=1
    at options PCROP_RDP=0
    check "$chip: what takes it away with the protection stays set" has "$err" "PCROP_RDP: it can be set and not cleared"
done

# An area for execution only that outlasts the unlocking.
board=virtual:stm32g071rb,store=$tap_dir/area,account=$tap_dir/account
program 4096 5 >"$tap_dir/full"
at flash "$tap_dir/full"
at options PCROP1A_STRT=2 PCROP1A_END=3 RDP=1 --yes
program 4096 6 >"$tap_dir/other"
at unlock --yes
check "unlock tells of the area that was not erased" has "$err" "execution only (PCROP1A of the chip's options) were not erased"
check "and does not claim more" has "$err" "the rest of the flash is erased"
at flash "$tap_dir/other"
check "its pages are refused" has "$err" "PCROP1A"
at options PCROP_RDP=1 RDP=1 --yes
at unlock --yes
check "with PCROP_RDP everything is erased" lacks "$err" "rest of the"
at flash "$tap_dir/other"
check "and takes a program again" is "$status" 0
plan
