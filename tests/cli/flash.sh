#!/bin/sh
# SPDX-License-Identifier: MIT
# flash, erase, verify and options at the virtual board, whose flash is kept in a file from one command to
# the next.
# shellcheck source=tests/tap.sh disable=SC2154 # the Makefile sets top_srcdir and top_builddir
. "$top_srcdir/tests/tap.sh"

unset SWDLINK_PROBE NO_COLOR
swdlink=$top_builddir/swdlink
sample=$top_builddir/tests/firmware/sample.elf

run "$swdlink" list --probe virtual
if [ "$status" -ne 0 ]; then
    skip "flash at the virtual board" "this build has none"
    plan
    exit 0
fi

board=virtual:stm32f031k6,store=$tap_dir/store,account=$tap_dir/account
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
    printf '\000\020\000\040\011\000\000\010\376\347\376\347'
    bytes $(($1 - 12)) "$2"
}
program 32768 1 >"$tap_dir/full"
program 32768 2 >"$tap_dir/other"
program 3001 3 >"$tap_dir/odd"

at flash "$tap_dir/full"
check "a binary goes into a blank chip" is "$status" 0
check "flash prints nothing on standard output" is_empty "$out"
check "flash tells what it did" has "$err" "0 bytes erased, 32768 programmed, 0 left as they were, 32768 verified"
check "flash tells that the program runs" has "$err" "reset; it runs"
at verify "$tap_dir/full"
check "what was programmed is equal" is "$status" 0
at flash "$tap_dir/full" --json
check "an unchanged file programs nothing" has "$out" '"programmed": 0'
check "and leaves every page as it was" has "$out" '"skipped": 32768'
at flash "$tap_dir/other" --quiet
check "a full chip takes another program" is "$status" 0
check "--quiet says nothing" is_empty "$err"
check "all of it was erased at once" is "$(account mass_erases) $(account pages_erased)" "1 0"
at flash "$tap_dir/full" --erase pages
check "with --erase pages nothing is erased at once" is "$(account mass_erases) $(account pages_erased)" "0 32"
at flash "$tap_dir/other" --erase none
check "--erase none refuses to change a page in use" is "$status" 1
check "and names it" has "$err" "0x08000000 has to change and is not blank"
at verify "$tap_dir/full"
check "and changes nothing" is "$status" 0
at verify "$tap_dir/other"
check "verify fails at a difference" is "$status" 1
check "and names the first" grep -q "at 0x0800000[0-9a-f] it holds 0x.., and the file says 0x" "$err"
at verify "$tap_dir/other" --json
check "verify --json has it too" has "$out" '"first_difference"'

at flash "$tap_dir/odd" --address 0x08001001
check "any address and length will do" is "$status" 0
at verify "$tap_dir/odd" --address 0x08001001
check "and arrive there" is "$status" 0
at read 0x08000000 4096 --quiet
check "the pages before stay" cmp -n 4096 "$out" "$tap_dir/full"
at flash "$tap_dir/odd" --erase mass
at read 0x08004000 4 --json
check "--erase mass erases what the file has nothing for" has "$out" '"hex": "ffffffff"'

# ---- what becomes of the program
tell() { # tell NAME SENTENCE STATE BOARD FILE: what flash and reset say, and the word in JSON
    run "$swdlink" flash "$5" --force --probe "$4"
    check "$1: flash tells it" has "$err" "$2"
    check "$1: nobody says that it runs" lacks "$err" "it runs"
    check "$1: programming has worked" is "$status" 0
    run "$swdlink" reset --json --probe "$4"
    check "$1: reset --json has a word for it" has "$out" "\"state\": \"$3\""
}
blank=virtual:stm32f031k6,store=$tap_dir/state
printf 'no program\377\377\377\377\377\377' >"$tap_dir/noise"
tell "a lockup" "reset; the core is locked up" locked-up "$blank" "$tap_dir/noise"
printf '\000\020\000\040\021\000\000\010\021\000\000\010\023\000\000\010\000\276\376\347' >"$tap_dir/bkpt"
tell "a BKPT" "a BKPT, which is a fault without a debugger" fault "$blank" "$tap_dir/bkpt"
printf '\000\020\000\040\021\000\000\010\021\000\000\010\023\000\000\010\000\336\376\347' >"$tap_dir/fault"
tell "a HardFault" "the program ended in a HardFault at pc 0x08000010" fault "$blank" "$tap_dir/fault"
# After 65280 rounds of a loop, AIRCR (0xe000ed0c) = 0x05fa0004: it resets itself.
printf '\000\020\000\040\011\000\000\010\377\042\022\002\001\072\375\321\001\110\002\111\001\140\376\347\014\355\000\340\004\000\372\005' >"$tap_dir/again"
tell "a chip that resets itself" "it was reset again within 50 ms" resetting "$blank" "$tap_dir/again"
tell "BOOT0" "the boot loader in the chip's ROM runs" boot-rom "$blank,boot0=1" "$tap_dir/full"
run "$swdlink" reset --halt --probe "$blank,boot0=1"
check "reset --halt tells of the boot loader" has "$err" "halted at the start of the boot loader"
run "$swdlink" erase --probe "$blank"
run "$swdlink" reset --halt --probe "$blank"
check "reset --halt tells of a chip without a program" has "$err" "no program that could start"
run "$swdlink" erase --json --probe "$blank"
check "erase --json tells the state" has "$out" '"state": "locked-up"'

if [ -f "$sample" ]; then
    at flash "$sample" --halt
    check "an ELF executable is programmed" is "$status" 0
    check "and left at its first instruction" has "$err" "halted at the first instruction"
    at verify "$sample"
    check "an ELF executable is compared" is "$status" 0
    if command -v arm-none-eabi-objcopy >/dev/null; then
        arm-none-eabi-objcopy -O ihex "$sample" "$tap_dir/sample.hex"
        at verify "$tap_dir/sample.hex"
        check "the same program as Intel HEX is equal" is "$status" 0
        at erase
        at flash "$tap_dir/sample.hex"
        check "Intel HEX is programmed" is "$status" 0
        at verify "$sample"
        check "and is the same program" is "$status" 0
    else
        skip "Intel HEX is programmed" "arm-none-eabi-objcopy is not installed"
    fi
    at flash "$sample" --address 0x08000000
    check "--address with an ELF file is a usage error" is "$status" 2
else
    skip "an ELF executable is programmed" "no ARM compiler made it"
fi

at erase --range 0x08000000:1K
check "a page can be erased" is "$status" 0
check "and is told" has "$err" "1024 bytes erased"
at erase --range 0x08000000:100
check "a part of a page cannot" is "$status" 2
check "and the page size is told" has "$err" "the one there has 1024 bytes from 0x08000000 on"
at erase --range 0x08000000
check "a range without a length is a usage error" has "$err" "ADDR:LEN"
at erase
check "everything can be erased" is "$status" 0
at read 0x08000000 32K --quiet
check "and is blank then" is "$(tr -d '\377' <"$out" | wc -c)" 0

refused() { # refused NAME SENTENCE FILE [OPTION…]
    name=$1 sentence=$2
    shift 2
    at flash "$@"
    check "$name is refused" test "$status" -ne 0
    check "$name: the sentence" has "$err" "$sentence"
    check "$name: nothing was erased or programmed" is \
        "$(account units_programmed) $(account mass_erases) $(account pages_erased)" "0 0 0"
}
refused "a file beyond the flash" "is the file for another chip?" "$tap_dir/full" --address 0x08000002
refused "a file for the computer itself" "not for a 32-bit ARM chip" /bin/sh
printf ':0400000001020304F2\n' >"$tap_dir/cut.hex"
refused "Intel HEX that was cut off" "cut off" "$tap_dir/cut.hex"
printf ':0400000001020304F3\n:00000001FF\n' >"$tap_dir/sum.hex"
refused "Intel HEX with a wrong checksum" "line 1: the checksum is wrong" "$tap_dir/sum.hex"
run "$swdlink" flash "$tap_dir/nothing" --probe "$board"
check "a file that is not there is named" has "$err" "$tap_dir/nothing cannot be opened"
: >"$tap_dir/empty"
run "$swdlink" flash "$tap_dir/empty" --probe "$board"
check "an empty file is a failure" has "$err" "is empty"
run "$swdlink" flash --probe "$board"
check "flash wants a file" is "$status" 2

# ---- option bytes ----
at options
check "options are shown by name" grep -q '^nBOOT1 *1 ' "$out"
check "options end with status 0" is "$status" 0
check "a chip without BOOT_SEL has no such option" lacks "$out" BOOT_SEL
at options nBOOT1=0 DATA0=0x42
check "options are written" grep -q '^nBOOT1 *0 ' "$out"
check "several at once" grep -q '^DATA0 *0x42' "$out"
at options --json
check "and are kept" has "$out" '"DATA0": 66'
check "the others are as before" has "$out" '"nRST_STOP": 1'
at options nBOOT1=0
check "nothing is written when nothing changes" has "$err" "nothing had to be changed"
at options iwdg_sw=0
check "names may be another manual's, in any case" grep -q '^WDG_SW *0 ' "$out"
at options nBOOT7=1
check "an unknown option is a usage error that lists the known" is \
    "$status $(grep -c 'nRST_STDBY' "$err")" "2 1"
at options nBOOT1=2
check "a value that does not fit is refused" has "$err" "nBOOT1 takes 0 to 1"
at options nBOOT1
check "a name without a value is refused" has "$err" "NAME=VALUE is wanted"
at options RDP=2
check "level 2 is never set" has "$err" "can never be left again"
at options RDP=1
check "level 1 wants consent" has "$err" "--yes"
at options WRP0=0xfe
check "write protection can be set" is "$status" 0
at flash "$tap_dir/full"
check "a write-protected page is refused" is "$status" 1
check "and what helps is told" has "$err" '`swdlink options WRP0=0xff`'
at options WRP0=0xff
at flash "$tap_dir/full"
check "and after that it works" is "$status" 0
at options RDP=1 --yes
check "level 1 can be set" is "$status" 0
at flash "$tap_dir/full"
check "a read-protected chip is refused" has "$err" '`swdlink unlock`'
at verify "$tap_dir/full"
check "and cannot be compared" is "$status" 1
at options RDP=0
check "level 1 is left by unlock only" has "$err" '`swdlink unlock`'
at unlock --yes
check "unlock leaves level 1" is "$status" 0
at options --json
check "and keeps the other options" has "$out" '"DATA0": 66'
at read 0x08000000 32K --quiet
check "and has erased the flash" is "$(tr -d '\377' <"$out" | wc -c)" 0

run "$swdlink" flash "$tap_dir/full" --probe virtual:stm32f031k6,chip=dead
check "flash at a dead chip fails" is "$status" 1

# ---- progress ----
if ! command -v script >/dev/null; then
    skip "a terminal sees a bar that grows" "there is no script(1)"
elif ! script -qec true /dev/null >/dev/null 2>&1 </dev/null; then
    skip "a terminal sees a bar that grows" "no pseudo-terminal can be had here"
else
    at erase
    script -qec "$swdlink flash --probe $board $tap_dir/full" /dev/null >"$out" </dev/null
    check "a terminal sees a bar that grows" grep -q '\[##*\.*\] *[1-9][0-9]* %' "$out"
fi
at erase
at flash "$tap_dir/full"
check "elsewhere there are plain lines" lacks "$err" "["

# ---- interrupted ----
if env --block-signal=TERM true 2>/dev/null; then
    # shellcheck disable=SC2016 # the inner shell expands it
    run env --block-signal=TERM sh -c 'kill -TERM $$; exec "$@"' sh \
        "$swdlink" flash "$tap_dir/other" --probe "$board"
    check "SIGTERM ends it" is "$status" 143
    check "and is told" has "$err" "interrupted"
    at verify "$tap_dir/full"
    check "before anything was changed, when it came that early" is "$status" 0
else
    skip "SIGTERM ends it" "this env(1) cannot block signals"
fi
run "$swdlink" flash "$tap_dir/other" --probe "$board,usb=unplug@100"
check "an unplugged probe is a failure" is "$status" 1
check "and the flash is told to be incomplete" has "$err" "the flash is incomplete"
at flash "$tap_dir/full"
check "the next run repairs" is "$status" 0
at verify "$tap_dir/full"
check "and all is well" is "$status" 0

# ---- a core with fault registers and without a program ----
run "$swdlink" reset --probe virtual:stm32f103c8
check "a blank chip is told from a fault of a program" has "$err" "HardFault: there is no program in the flash"
plan
