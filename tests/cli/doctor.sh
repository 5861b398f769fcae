#!/bin/sh
# SPDX-License-Identifier: MIT
# swdlink doctor as a person and a program see it: texts, exit status, JSON; the guide with scripted
# answers; the live meter; the short verdict of the commands that fail.
# shellcheck source=tests/tap.sh disable=SC2154 # the Makefile sets top_srcdir and top_builddir
. "$top_srcdir/tests/tap.sh"

unset SWDLINK_PROBE NO_COLOR
swdlink=$top_builddir/swdlink
sick=virtual:stm32f031k6,firmware=count,swdio=gnd

run "$swdlink" list --probe virtual
if [ "$status" -ne 0 ] && grep -q "without the virtual board" "$err"; then
    skip "the doctor at the virtual board" "this build has none"
    plan
    exit 0
fi

run "$swdlink" doctor --probe virtual:stm32f031k6,firmware=count
check "a healthy board ends with status 0" is "$status" 0
check "... and its verdict comes first" is "$(head -n 1 "$out")" \
    "the target can be debugged (healthy)"

run "$swdlink" doctor --probe "$sick"
check "a finding ends with status 1" is "$status" 1
check "the report numbers what to do next" has "$out" "  1. run \`swdlink doctor --guide\`"
run env LC_ALL=C "$swdlink" doctor --probe "$sick"
check "the drawing is ASCII where the locale is not UTF-8" is \
    "$(LC_ALL=C tr -d '\001-\177' <"$out" | wc -c | tr -d ' ')" 0

run "$swdlink" doctor --json --probe "$sick"
if command -v python3 >/dev/null; then
    check "--json has verdict, candidates, measurements and advice" python3 -c '
import json, sys
d = json.load(open(sys.argv[1]))
assert d["verdict"] == d["candidates"][0]["id"] == "no-answer"
assert all(0 < c["confidence"] <= 1 for c in d["candidates"])
assert "swdio-low" in [c["id"] for c in d["candidates"]]
assert isinstance(d["measurements"], dict) and isinstance(d["advice"], list)' "$out"
else
    skip "--json has verdict, candidates, measurements and advice" "python3 is not installed"
fi

# What keeps the probe itself from being used.
while read -r fault id; do
    for model in v2 v2-1 v3; do
        [ "$fault $model" = "probe-fw=M25S8 v3" ] && continue # a V3 has no such firmware
        run "$swdlink" doctor --json --probe "virtual:stm32f031k6,probe=$model,$fault"
        check "$fault with a $model is $id" has "$out" "\"verdict\": \"$id\""
        check "... and a finding" is "$status" 1
    done
done <<END
usb=forbidden probe-permission
usb=busy probe-busy
usb=stuck probe-stuck
probe-mode=dfu probe-bootloader
probe-mode=bootloader probe-bootloader
probe-fw=M25S8 probe-firmware
usb=unplug@3 no-probe
END
run "$swdlink" doctor --probe virtual:usb=forbidden
check "without permission the udev rule is named" has "$out" "60-swdlink.rules"

run "$swdlink" doctor --probe virtual:stm32l152rb,firmware=count
check "a chip is healthy" is "$status" 0
check "... and its memories are told" has "$out" "128 KiB flash, 4 KiB EEPROM, 16 KiB SRAM"
run "$swdlink" doctor --probe virtual:stm32f031k6,idcode=0x20006468,firmware=count
check "of a chip that cannot be programmed it tells what cannot be done" has "$out" "swdlink cannot program its flash"

run "$swdlink" doctor --html "$tap_dir/report.html" --probe virtual:stm32f031k6,swdio=gnd
check "--html ends with the doctor's status" is "$status" 1
page=$tap_dir/report.html
check "... and its page has the verdict" has "$page" "<p class=\"soft\">no-answer</p>"
check "... the wires with their pins" has "$page" "SWDIO (7, 2, 4)"
check "... every number" has "$page" "no answer in 28 tries"
check "... nothing from a network" lacks "$page" "http"
check "... and no whole serial number" lacks "$page" "303030303030303030303031"
run "$swdlink" doctor --html "$tap_dir/report.html" --with-serial --probe virtual:stm32f031k6,firmware=count
check "--with-serial has it" has "$page" "303030303030303030303031"
check "... and the page ends" has "$page" "</body></html>"
run "$swdlink" doctor --html "$tap_dir/none/report.html" --probe virtual:stm32f031k6,firmware=count
check "a page that cannot be written is a failure" has "$err" "cannot be opened for writing"
run "$swdlink" doctor --html "$tap_dir/report.html" --watch --probe virtual
check "--html and --watch do not go together" is "$status" 2

run "$swdlink" doctor --explain swdio-low
check "--explain prints a verdict's paragraph" is "$status" 0
run "$swdlink" doctor --explain gremlins
check "--explain of something else ends with status 2" is "$status" 2
check "... and says where all are" has "$err" "--explain list"
run "$swdlink" doctor --explain swido-low
check "a misspelt verdict is guessed" has "$err" "did you mean swdio-low?"
run "$swdlink" doctor --explain nrst
check "... and a part of one names those that have it" has "$err" "did you mean nrst-low or nrst-not-wired or nrst-slow"

run "$swdlink" doctor --no-journal --probe virtual:stm32f031k6,swdio=weak
check "the report names the pins of the chip's packages" has "$out" "LQFP32: SWDIO 23, SWCLK 24, NRST 4, VDDA 5"
check "... and the guide has the same" grep -q '^| STM32F031, LQFP32 | 23 | 24 | 4 | 5 |$' "$top_srcdir/doc/cannot-connect.md"
check "... and warns of dongles" has "$out" "go by its letters"

# The contract: every verdict is in the manual, and --explain knows it.
missing=
# shellcheck disable=SC2013 # an id has no spaces
for id in $(sed -n 's/^    {"\([a-z0-9-]*\)",.*/\1/p' "$top_srcdir/doctor/verdicts.c"); do
    grep -q "^\.It Cm $id\$" "$top_srcdir/doc/swdlink.1" || missing="$missing $id(manual)"
    run "$swdlink" doctor --explain "$id"
    [ "$status" = 0 ] || missing="$missing $id(--explain)"
done
check "every verdict is in the manual and can be explained" is "$missing" ""
missing=
for id in healthy no-probe probe-permission probe-busy probe-firmware probe-bootloader probe-stuck \
    target-unpowered target-undervoltage vtref-not-wired no-answer swdio-low swdio-high swdio-open \
    swclk-fault swd-swapped nrst-low nrst-not-wired link-marginal swd-off-by-program low-power \
    read-protected-1 read-protected-2 reset-loop lockup blank-flash boot-system-memory \
    foreign-chip unknown-chip vdda-low hse-dead hse-frequency chip-dead; do
    run "$swdlink" doctor --explain "$id"
    [ "$status" = 0 ] || missing="$missing $id"
done
check "no verdict that programs rely on is gone" is "$missing" ""

printf '\000\020\000\040\301\000\000\010' >"$tap_dir/app.bin"
for command in info reset "read 0x08000000 4" "flash $tap_dir/app.bin" "verify $tap_dir/app.bin" \
    "run $tap_dir/app.bin" erase options "unlock --yes" "serve --listen 0 --once"; do
    name=${command%% *}
    # shellcheck disable=SC2086 # words
    run "$swdlink" $command --probe "$sick"
    check "$name fails with the short verdict" has "$err" "(no-answer)"
    check "$name names the command that tells more" has "$err" "swdlink doctor"
    check "$name fails" test "$status" -ne 0
    # shellcheck disable=SC2086 # words
    run "$swdlink" $command --probe virtual:stm32f031k6,firmware=count,nrst=gnd
    check "$name says when NRST is held low" has "$err" "(nrst-low)"
done
for command in info "flash $tap_dir/app.bin" "read 0x08000000 4"; do
    # shellcheck disable=SC2086 # words
    run "$swdlink" $command --json --probe virtual:stm32f031k6,firmware=count,nrst=gnd
    check "${command%% *} --json has the verdict" has "$out" '"verdict": "nrst-low"'
done

# The journal: what was good, what happened since, and the switch.
export XDG_STATE_HOME="$tap_dir/new/state" # as where nobody has made it yet
good=virtual:stm32f031k6,firmware=count
run "$swdlink" doctor --probe "$sick"
check "nothing is recalled before anything worked" lacks "$out" "worked "
run "$swdlink" doctor --no-journal --probe "$good"
run "$swdlink" info --no-journal --probe "$good"
check "--no-journal leaves no trace" is "$(find "$tap_dir/new" -type f 2>"$tap_dir/why" | wc -l | tr -d ' ')" 0
run "$swdlink" doctor --probe "$good"
run "$swdlink" doctor --probe "$sick"
check "the report tells when the target worked last" has "$out" "this probe's target worked today at "
check "... with which clock and supply" has "$out" " kHz, VTref 3.2"
printf 'good program' >"$tap_dir/app.bin"
run "$swdlink" flash "$tap_dir/app.bin" --address 0x08000000 --probe virtual:stm32f031k6
run "$swdlink" doctor --probe "$sick"
check "... and what was flashed since" has "$out" "since then you flashed app.bin"
run "$swdlink" options data0=7 --yes --connect under-reset --probe "$good"
run "$swdlink" doctor --probe "$sick"
check "... and that option bytes were changed" has "$out" "since then you flashed app.bin, you changed option bytes"
run "$swdlink" doctor --json --probe "$sick"
check "JSON has it, too" has "$out" '"last_good": "worked today'
run "$swdlink" doctor --no-journal --probe "$sick"
check "--no-journal recalls nothing" lacks "$out" "worked "
run "$swdlink" info --probe "$good"
run "$swdlink" doctor --probe "$sick"
check "any command that connects as asked is a good state" lacks "$out" "since then"
run "$swdlink" info --probe virtual:stm32f042k6,firmware=count
run "$swdlink" flash "$tap_dir/app.bin" --address 0x08000000 --probe virtual:stm32f042k6
run "$swdlink" doctor --probe virtual:stm32f031k6,firmware=count,rdp=1
check "each chip has a past of its own" lacks "$out" "you flashed"
check "... though the probe is the same" has "$out" "worked today"
run "$swdlink" doctor --probe "$sick"
check "of a chip that does not answer it is the last one's" has "$out" "you flashed app.bin"
for file in "$XDG_STATE_HOME"/swdlink/*; do
    printf 'spoilt' >"$file"
done
run "$swdlink" doctor --probe "$sick"
check "a spoilt journal is no failure" has "$out" "(no-answer)"

# guide ANSWERS: one letter a line, e an empty one.
guide() {
    status=0
    printf '%s' "$1" | sed 's/./&\n/g' | sed 's/^e$//' |
        "$swdlink" doctor --guide --probe "$2" >"$out" 2>"$err" || status=$?
}
guide ee?xnyby "$sick"
check "--guide ends in the one cause" has "$out" "found: SWDIO is shorted to ground (swdio-low), in the cable"
check "... after it has said what is well" has "$out" "Well so far: the probe"
check "... and asks again what it did not understand" has "$out" "Please answer with one letter"
check "... with status 1" is "$status" 1
guide eeq "$sick"
check "--guide can be left" has "$err" "ended before it had found the cause"
guide n virtual:stm32f031k6,firmware=count
check "--guide leaves a healthy program alone when told so" is "$status" 0
run "$swdlink" doctor --guide --json --probe virtual
check "--guide does not go with --json" is "$status" 2

# watch BOARD TEXT: the meter says so, and ends at a signal.
watch() {
    status=0
    "$swdlink" doctor --watch --probe "$1" >"$out" 2>"$err" </dev/null &
    meter=$!
    tries=0
    until grep -q "$2" "$out" || [ $tries -ge 600 ] || ! kill -0 $meter 2>/dev/null; do
        tries=$((tries + 1))
        sleep 0.1
    done
    kill -s TERM $meter
    wait $meter || status=$?
    has "$out" "$2"
}
check "--watch shows a link that works" watch virtual:stm32f031k6,firmware=count \
    "100 %  answers: 0x0bb11477"
check "... and ends with status 0" is "$status" 0
check "--watch shows one that does not" watch "$sick" "no answer"
check "... and ends with status 1" is "$status" 1

# The screen in the README: what stands below the command is how its output begins.
readme_is_true() {
    sed -n '/^    \$ swdlink doctor /,/^[^ ]/p' "$top_srcdir/README.md" | sed '1d; $d; s/^    //' |
        sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' >"$tap_dir/readme"
    head -n "$(wc -l <"$tap_dir/readme")" "$out" | diff "$tap_dir/readme" - | sed 's/^/# /' >"$tap_dir/difference"
    cat "$tap_dir/difference"
    [ -s "$tap_dir/readme" ] && [ ! -s "$tap_dir/difference" ]
}
run env LC_ALL=C.UTF-8 "$swdlink" doctor --no-journal --probe virtual:stm32f031k6,firmware=swd-off
check "the README shows what the doctor prints" readme_is_true

plan
