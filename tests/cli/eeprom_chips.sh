#!/bin/sh
# SPDX-License-Identifier: MIT
# What is different with an STM32L0: data EEPROM beside the flash, an erased byte of 0x00, no mass erase, option
# words, and read protection whose end erases both memories.
# shellcheck source=tests/tap.sh disable=SC2154 # the Makefile sets top_srcdir and top_builddir
. "$top_srcdir/tests/tap.sh"

unset SWDLINK_PROBE NO_COLOR
swdlink=$top_builddir/swdlink

run "$swdlink" list --probe virtual
if [ "$status" -ne 0 ]; then
    skip "an STM32L0 on the virtual board" "this build has none"
    plan
    exit 0
fi

board=virtual:stm32l053r8,store=$tap_dir/store,account=$tap_dir/account
at() {
    command=$1
    shift
    run "$swdlink" "$command" --probe "$board" "$@"
}
account() {
    grep -o "\"$1\": [0-9]*" "$tap_dir/account" | grep -o '[0-9]*$'
}
bytes() { # bytes COUNT SEED: always the same
    awk -v n="$1" -v x="$2" 'BEGIN { for (i = 0; i < n; i++) { x = (x * 69069 + 1) % 16777216; printf "%c", 1 + int(x / 65536) % 127 } }'
}
program() { # program COUNT SEED: a stack, an entry and a loop for ever; bytes behind
    printf '\000\040\000\040\011\000\000\010\376\347\376\347'
    bytes $(($1 - 12)) "$2"
}
program 65536 1 >"$tap_dir/full"
program 3001 3 >"$tap_dir/odd"
bytes 2048 5 >"$tap_dir/data"
# A word for the flash and three bytes for the EEPROM, in one file.
printf ':020000040800F2\n:0404000001020304EE\n:020000040808EA\n:03000500AABBCCC7\n:00000001FF\n' >"$tap_dir/both.hex"

at info
check "info tells of the EEPROM" grep -q '^EEPROM *2 KiB at 0x08080000' "$out"
at info --json
check "and info --json" has "$out" '"eeprom"'

# ---- the flash
at flash "$tap_dir/full"
check "a binary goes into a blank chip" has "$err" "0 bytes erased, 65536 programmed"
check "its program runs" has "$err" "reset; it runs"
at verify "$tap_dir/full"
check "what was programmed is equal" is "$status" 0
at flash "$tap_dir/full" --json
check "an unchanged file programs nothing" has "$out" '"programmed": 0'
at flash "$tap_dir/odd" --address 0x08001001
check "any address and length will do" is "$status" 0
at verify "$tap_dir/odd" --address 0x08001001
check "and arrive there" is "$status" 0
check "pages of 128 bytes were erased, and never everything" is "$(account mass_erases)" 0
at flash "$tap_dir/odd" --erase none
check "--erase none refuses to change a page in use" has "$err" "has to change and is not blank"

# ---- the EEPROM
at flash "$tap_dir/data" --address 0x08080000
check "data goes into the EEPROM" has "$err" "2048 programmed"
at verify "$tap_dir/data" --address 0x08080000
check "and is equal" is "$status" 0
at flash "$tap_dir/both.hex"
check "a file may be for both memories" is "$status" 0
at read 0x08000400 4 --json
check "the flash has its part" has "$out" '"hex": "01020304"'
at read 0x08080004 8 --json
check "the EEPROM has its part, and its neighbours stay" is \
    "$(grep -c '"hex": "..aabbcc........"' "$out")" 1
at verify "$tap_dir/both.hex"
check "both are compared" is "$status" 0
at erase --range 0x08080000:1K
check "a part of the EEPROM can be erased" is "$status" 0
at read 0x08080000 1K --quiet
check "and holds zeros then" is "$(tr -d '\000' <"$out" | wc -c)" 0
at read 0x08080400 1K --quiet
check "the rest stays" test "$(tr -d '\000' <"$out" | wc -c)" = 1024
at flash "$tap_dir/odd" --erase mass
at read 0x08004000 4 --json
check "--erase mass erases what the file has nothing for" has "$out" '"hex": "00000000"'
at read 0x08080400 1K --quiet
check "and leaves the EEPROM alone" test "$(tr -d '\000' <"$out" | wc -c)" = 1024
at flash "$tap_dir/data" --address 0x08080001
check "what goes beyond the EEPROM is refused" is "$status" 1
at erase
check "the flash can be erased" is "$status" 0
at read 0x08000000 64K --quiet
check "and holds zeros then" is "$(tr -d '\000' <"$out" | wc -c)" 0
at flash "$tap_dir/full"

# ---- option bytes
at options
check "options are shown by name" grep -q '^nBOOT1 *1 ' "$out"
check "a chip with one bank has no BFB2" lacks "$out" BFB2
check "a chip with a BOOT0 pin has no nBOOT_SEL" lacks "$out" nBOOT_SEL
at options nBOOT1=0 BOR_LEV=8
check "options are written" grep -q '^nBOOT1 *0 ' "$out"
check "several at once" grep -q '^BOR_LEV *8' "$out"
at options --json
check "and are kept" has "$out" '"BOR_LEV": 8'
check "the others are as before" has "$out" '"WDG_SW": 1'
at options WRPROT1=0x2
check "write protection can be set" is "$status" 0
at flash "$tap_dir/odd" --address 0x08001000
check "a write-protected page is refused" has "$err" "bit 1 of WRPROT1"
check "before anything is changed" is "$(account units_programmed) $(account pages_erased)" "0 0"
at flash "$tap_dir/odd" --address 0x08002000
check "other sectors are written" is "$status" 0
at options WRPROT1=0
at flash "$tap_dir/odd" --address 0x08001000
check "and that one, after its protection is taken away" is "$status" 0

# ---- read protection
at options RDP=2 --yes
check "level 2 is never set" has "$err" "can never be left again"
at options RDP=1
check "level 1 wants consent, and says what its end erases" has "$err" "erases the flash and EEPROM"
at options RDP=1 --yes
check "level 1 can be set" is "$status" 0
at read 0x08080400 4
check "it hides the EEPROM" has "$err" "read protection level 1"
at flash "$tap_dir/full"
check "and the flash" has "$err" "unlock"
at unlock
check "unlock asks first" has "$err" "erases the whole flash and EEPROM"
at unlock --yes
check "unlock works" has "$err" "the flash and EEPROM are erased"
at read 0x08080400 1K --quiet
check "the EEPROM is erased" is "$(tr -d '\000' <"$out" | wc -c)" 0
at read 0x08001000 1K --quiet
check "and the flash" is "$(tr -d '\000' <"$out" | wc -c)" 0
at options
check "other options are as they were" grep -q '^BOR_LEV *8' "$out"
at flash "$tap_dir/full"
check "it takes a program again" has "$err" "reset; it runs"

# ---- the smallest and the largest
small=virtual:stm32l011k4,store=$tap_dir/small
printf '\000\010\000\040\011\000\000\010\376\347\376\347' >"$tap_dir/tiny"
run "$swdlink" flash "$tap_dir/tiny" --probe "$small"
check "a chip that found its flash empty starts what it gets" has "$err" "reset; it runs"
run "$swdlink" options --probe "$small"
check "it has nBOOT_SEL" has "$out" nBOOT_SEL
large=virtual:stm32l073rz,store=$tap_dir/large
run "$swdlink" flash "$tap_dir/full" --address 0x08020000 --probe "$large"
check "the second bank is programmed" is "$status" 0
run "$swdlink" options WRPROT2=0x8000 --probe "$large"
check "the last sectors have a register of their own" is "$status" 0
run "$swdlink" flash "$tap_dir/odd" --address 0x0802f000 --probe "$large"
check "which protects them" has "$err" "bit 15 of WRPROT2"

# ---- bits for sectors that a chip does not have, and sectors that can only be executed ----
board=virtual:stm32l053r8,store=$tap_dir/sectors,account=$tap_dir/account
at options WRPROT1=0x10000
check "a bit for flash that is not there is refused" is "$status" 2
check "with what can be written" has "$err" "WRPROT1 takes 0 to 65535"
at options WRPROT1=0xfffe WPRMOD=1
check "what can be is written" is "$status" 0
check "that flash is hidden for good is told before" has "$err" "with WPRMOD=1 every sector whose bit of WRPROT is 0 can only be executed from now on"
at read 0x08000ff8 16
check "what is hidden cannot be read" has "$err" "0x08000000 to 0x08000fff cannot be read: the chip's options (WPRMOD)"
at options WPRMOD=0
check "nothing but the unlocking frees it" has "$err" "WPRMOD: flash that can only be executed"
at options WRPROT1=0xffff
check "nor any sector" has "$err" "WRPROT1: flash that can only be executed"
at flash "$tap_dir/odd" --address 0x08000801
check "a sector for execution only is refused with the way out" has "$err" "because WPRMOD is 1 and bit 0 of WRPROT1 is 0: only leaving read protection level 1"
at options RDP=1 --yes
at unlock --yes
check "which is one" is "$status" 0
at flash "$tap_dir/odd" --address 0x08000801
check "and the sector takes data again" is "$status" 0
board=virtual:stm32l073rz,store=$tap_dir/large
at options WRPROT1=0x80000000 WRPROT2=0x8000
check "a chip with more flash has more bits" is "$status" 0
plan
