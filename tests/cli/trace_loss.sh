#!/bin/sh
# SPDX-License-Identifier: MIT
# swdlink doctor --trace-loss: programs that end a debug session in each of the ways they know, and
# the line that does it. What each is: tests/firmware/losses.c.
# shellcheck source=tests/tap.sh disable=SC2154 # the Makefile sets top_srcdir and top_builddir
. "$top_srcdir/tests/tap.sh"

unset SWDLINK_PROBE NO_COLOR
swdlink=$top_builddir/swdlink
source=$top_srcdir/tests/firmware/losses.c

run "$swdlink" list --probe virtual
if [ "$status" -ne 0 ] && grep -q "without the virtual board" "$err"; then
    skip "what ends a debug session" "this build has no virtual board"
    plan
    exit 0
fi
if [ ! -f "$top_builddir/tests/firmware/losses-moder.elf" ]; then
    skip "what ends a debug session" "there is no compiler for ARM"
    plan
    exit 0
fi

# trace NAME [OPTION]...: of losses-NAME.elf, at a board that runs it.
trace() {
    name=$1
    shift
    elf=$top_builddir/tests/firmware/losses-$name.elf
    run "$swdlink" doctor --trace-loss --elf "$elf" --probe "virtual:stm32f031k6,firmware=$elf$more" "$@"
}
more=

# The line of the culprit in the source, behind the function's name.
names_culprit() {
    line=$(sed -n "/^LOSS lose_$name(/,/^}/{/culprit/=}" "$source")
    grep -q "lose_$name.*losses\.c:$line\$" "$out" || {
        echo "# wanted: lose_$name and line $line"
        sed 's/^/# got:    /' "$out"
        return 1
    }
}

# killed_by NAME VERDICT WORDS
killed_by() {
    trace "$1"
    check "$1: a loss ends with status 1" is "$status" 1
    check "$1: the verdict is $2" grep -q "^the .*($2)\$" "$out"
    check "$1: the function and line are named" names_culprit
    check "$1: it says how" has "$out" "$3"
    check "$1: the target is left as it was found" lacks "$err" "may not be as it was found"
}

killed_by moder swd-off-by-program "to GPIOA_MODER: PA13 (SWDIO) becomes an input"
killed_by afrh swd-off-by-program "to GPIOA_AFRH: PA14 (SWCLK) gets alternate function 1"
killed_by byte swd-off-by-program "writes 0xbb000001 to GPIOA_MODER: PA14 (SWCLK) becomes an analog input"
killed_by late swd-off-by-program "PA13 (SWDIO) becomes an analog input, PA14 (SWCLK) becomes an analog input"
check "late: harmless writes are counted" has "$out" "202 harmless writes"
killed_by reset swd-off-by-program "PA14 (SWCLK) becomes an analog input"
killed_by stop low-power "goes to Stop"
killed_by standby low-power "goes to Standby"
for probe in v2-1 v3; do
    more=,probe=$probe
    trace stop
    check "it works with a $probe as well" names_culprit
done
more=
trace exit
check "sleep without a WFI is told as that" has "$out" "SLEEPONEXIT is set"

trace nothing
check "a program that does no harm survives" is "$status" 0
check "... and that is the verdict" is "$(head -n 1 "$out")" "the debug port survived (healthy)"
check "... after five seconds" has "$out" "still answered 5000.0 ms after"
trace nothing --timeout 1
check "--timeout says how long it is watched" has "$out" "still answered 1000.0 ms after"
trace fault
check "a HardFault before any loss is told" has "$out" "ended in a HardFault before"
check "... with its line" names_culprit

trace later
check "a loss long after the start is found" names_culprit
more=,nrst=open
trace later
check "a loss that only NRST could end is told as such" has "$out" "connect NRST"
check "... and not as one whose cause is known not to be the pins" has "$out" "how it did cannot be told"
check "... and still a finding" is "$status" 1
more=

if command -v python3 >/dev/null; then
    trace afrh --json
    check "--json has it all" python3 -c '
import json, sys
d = json.load(open(sys.argv[1]))
t = d["trace"]
assert d["verdict"] == "swd-off-by-program" and d["elf_matches"] is True and d["advice"]
assert t["loss"] == "pins" and t["register"] == "GPIOA_AFRH" and t["value"] == "0x01000010"
assert t["exact"] is True and "lose_afrh" in t["place"] and t["harmless_writes"] == 2' "$out"
else
    skip "--json has it all" "python3 is not installed"
fi

elf=$top_builddir/tests/firmware/losses-stop.elf
run "$swdlink" doctor --trace-loss --elf "$elf" --probe virtual:stm32f031k6,firmware=swd-off
check "the names of another program are doubted" has "$err" "holds another program than"
run "$swdlink" doctor --trace-loss --probe virtual:stm32f031k6,firmware=swd-off
check "without --elf there is an address" has "$out" "  at 0x080000cc"
check "... and how to get more" has "$out" "--elf FILE names"
run "$swdlink" doctor --trace-loss --elf "$source" --probe virtual
check "a file without names is refused" is "$status" 2
run "$swdlink" doctor --elf "$elf" --probe virtual
check "--elf alone is refused" is "$status" 2
run "$swdlink" doctor --trace-loss --connect hotplug --probe virtual
check "--connect hotplug, which disturbs nothing, is refused" is "$status" 2
run "$swdlink" doctor --trace-loss --probe virtual:stm32f031k6,rdp=1,firmware=swd-off
check "protected flash does not run under a debugger, which is said" has "$err" "cannot be traced"
run "$swdlink" doctor --trace-loss --probe virtual:stm32f031k6,swdio=gnd
check "a target that cannot be reached gets the doctor's short verdict" has "$err" "(no-answer)"
plan
