#!/bin/sh
# SPDX-License-Identifier: MIT
# swdlink run, as a test rig calls it: output, results, and what the exit status says.
# shellcheck source=tests/tap.sh disable=SC2154 # the Makefile sets top_srcdir and top_builddir
. "$top_srcdir/tests/tap.sh"

unset SWDLINK_PROBE NO_COLOR
swdlink=$top_builddir/swdlink
program=$top_builddir/tests/firmware/ci.elf

run "$swdlink" list --probe virtual
if [ "$status" -ne 0 ] || [ ! -f "$program" ]; then
    skip "run" "this build has no virtual board, or no ARM compiler"
    plan
    exit 0
fi

board=virtual:stm32f031k6,store=$tap_dir/store
# go NAME [OPTION…]: the program, under a name that tells it what to do
go() {
    cp "$program" "$tap_dir/$1.elf"
    name=$1
    shift
    run "$swdlink" run "$tap_dir/$name.elf" --probe "$board" "$@"
}

go good
check "a program that ends well ends run with status 0" is "$status" 0
check "what it printed is on standard output, and nothing else" is "$(cat "$out")" "hello from the target"
check "standard error is silent" is_empty "$err"
go status
check "the program's status is run's" is "$status" 42

go hang --timeout 2
check "a time-out has status 124" is "$status" 124
check "and says so" has "$err" "did not end within 2 s"
check "and where it hangs" has "$err" "hang at "
go fault --timeout 5
check "a HardFault has status 1" is "$status" 1
check "what the program tried is told" has "$err" "0x20000001, which is not aligned"
check "the registers are told" has "$err" "xpsr "
check "the stacked frame is told" has "$err" "stacked: r0 "
check "the function and line are told" grep -q "it faulted at 0x.*fault.*ci\.c" "$err"
go dog --timeout 5
check "a reset by the watchdog has status 1" is "$status" 1
check "and is told" has "$err" "reset by something else"
go bkpt --timeout 5
check "a BKPT of the program's own has status 1" is "$status" 1
check "and is told as such" has "$err" "BKPT instruction of its own"

go good --exit-at reached=7
check "--exit-at ends with its status" is "$status" 7
go hang --exit-at hang
check "--exit-at without a status means 0" is "$status" 0
go good --exit-at nowhere
check "an unknown symbol is swdlink's failure" is "$status" 125
check "and is named" has "$err" "has no symbol 'nowhere'"

go unity --junit "$tap_dir/junit.xml"
check "a failed test is a failure where results are asked for" is "$status" 1
go unity
check "and where none are asked for" is "$status" 1
check "which is told" has "$err" "1 of 3 results failed; the first: test_divides"
junit() {
    python3 -c "
import sys, xml.etree.ElementTree as E
s = E.parse(sys.argv[1]).getroot().find('testsuite')
cases = {c.get('name'): c for c in s.findall('testcase')}
sys.exit(not ($1))" "$tap_dir/junit.xml"
}
check "JUnit XML counts" junit "(s.get('tests'), s.get('failures'), s.get('skipped')) == ('3', '1', '1')"
check "JUnit XML has the failure's text" junit \
    "cases['test_divides'].find('failure').get('message') == 'Expected 3 Was <4> & \"more\"'"
check "JUnit XML has a skipped test" junit "cases['test_later'].find('skipped') is not None"
check "JUnit XML has the output" junit "'hello from the target' in s.find('system-out').text"
go hang --timeout 1 --junit "$tap_dir/junit.xml"
check "a time-out is a failed test" junit "s.get('failures') == '1'"
go status --junit "$tap_dir/junit.xml"
check "so is a status that no test explains" junit "s.get('failures') == '1'"
go plain --tap
check "plain results become TAP" is "$(grep -c '^\(not \)\{0,1\}ok [1-3] - ' "$out") $(tail -1 "$out")" "3 1..3"
check "other lines become comments" has "$out" "# okay, that is no result"
check "a skip stays one" has "$out" "ok 2 - counts # SKIP no timer"
check "and a failure is one" is "$status" 1

go rtt --rtt --timeout 20
check "RTT reaches standard output" is "$(grep -c '^a line by RTT' "$out")" 20
check "in order and whole" is "$(grep -v '^a line by RTT, longer than a half of its buffer$' "$out")" \
    "hello from the target"
check "while the program runs to its end" is "$status" 0
echo "what is typed here goes to the program, more than its buffer holds" >"$tap_dir/typed"
cp "$program" "$tap_dir/echo.elf"
# shellcheck disable=SC2016 # the inner shell expands it
run sh -c 'input=$1; shift; exec "$@" <"$input"' sh "$tap_dir/typed" \
    "$swdlink" run "$tap_dir/echo.elf" --probe "$board" --rtt --timeout 20
check "standard input reaches RTT's channel down" has "$out" \
    "WHAT IS TYPED HERE GOES TO THE PROGRAM, MORE THAN ITS BUFFER HOLDS"
check "and the program hears the end of the line" is "$status" 0
go echo --rtt --timeout 1
check "without any input it waits for ever" is "$status" 124

if [ -f "$top_builddir/tests/firmware/newlib_calls.elf" ]; then
    cp "$top_builddir/tests/firmware/newlib_calls.elf" "$tap_dir/read.elf"
    echo typed >"$tap_dir/typed"
    mkdir "$tap_dir/files"
    # read_line OPTION…: the program on newlib that makes every call, with a line to read
    read_line() {
        # shellcheck disable=SC2016 # the inner shell expands it
        run sh -c 'input=$1; shift; exec "$@" <"$input"' sh "$tap_dir/typed" \
            "$swdlink" run "$tap_dir/read.elf" --probe "$board" --timeout 20 "$@"
    }
    read_line --semihosting-dir "$tap_dir/files"
    check "every call of newlib works with a directory of files" is "$status $(tail -1 "$out")" "0 1..27"
    check "which it left empty" is "$(ls "$tap_dir/files")" ""
    check "a shell command is refused" has "$err" "wants a shell command to be run: refused"
    read_line
    check "without a directory a program has no files" has "$out" "not ok 4 - open"
    check "and is told how it gets some" has "$err" "--semihosting-dir DIR names a directory"
    check "but it has the time" is "$(grep -c '^ok .* - \(clock\|time\|time of day\)$' "$out")" 3
else
    skip "every call of newlib" "the compiler has no newlib"
fi

run "$swdlink" run "$program" --probe virtual:stm32f031k6,chip=dead
check "a dead chip is trouble with the target" is "$status" 122
run "$swdlink" run
check "wrong usage is, too" is "$status" 125
run "$swdlink" run "$tap_dir/nothing.elf" --probe "$board"
check "and a file that is not there" is "$status" 125
if env --block-signal=TERM true 2>/dev/null; then
    cp "$program" "$tap_dir/hang.elf"
    # shellcheck disable=SC2016 # the inner shell expands it
    run env --block-signal=TERM sh -c 'kill -TERM $$; exec "$@"' sh \
        "$swdlink" run "$tap_dir/hang.elf" --probe "$board" --erase pages
    check "SIGTERM ends it" test "$status" -ne 0
else
    skip "SIGTERM ends it" "this env(1) cannot block signals"
fi

bad=0
rounds=25
while [ $rounds -gt 0 ]; do
    rounds=$((rounds - 1))
    for name in good status unity rtt; do
        wanted=0
        [ $name = status ] && wanted=42
        [ $name = unity ] && wanted=1
        go $name --rtt --timeout 20
        [ "$status" -eq $wanted ] && grep -q "^hello from the target" "$out" || bad=$((bad + 1))
    done
done
check "a hundred runs in a row have no flake" is "$bad" 0
plan
