#!/bin/sh
# SPDX-License-Identifier: MIT
# Writing option bytes is cut off: what was there is in the journal's folder, and the next command writes it back.
# shellcheck source=tests/tap.sh disable=SC2154 # the Makefile sets top_srcdir and top_builddir
. "$top_srcdir/tests/tap.sh"

unset SWDLINK_PROBE NO_COLOR
swdlink=$top_builddir/swdlink
run "$swdlink" list --probe virtual
if [ "$status" -ne 0 ]; then
    skip "options at the virtual board" "this build has none"
    plan
    exit 0
fi

export XDG_STATE_HOME="$tap_dir/state"
board=virtual:stm32f031k6,store=$tap_dir/store
at() {
    command=$1
    shift
    run "$swdlink" "$command" --probe "$board$more" "$@"
}
# Each option as it was, and the level of read protection that is wanted.
options_are() {
    at options --quiet
    grep -q "^RDP  *$1 " "$out" && grep -q '^nRST_STOP  *0 ' "$out" && grep -q '^DATA1  *0x77 ' "$out" &&
        grep -q '^WRP0  *0xfe ' "$out" && grep -q "^DATA0  *$2 " "$out"
}
more=
at options DATA1=0x77 nRST_STOP=0 WRP0=0xfe --yes
check "options are set" is "$status" 0
cp "$tap_dir/store" "$tap_dir/good"
check "what was written to its end leaves no file" is "$(find "$XDG_STATE_HOME" -name 'options-*')" ""

# The probe is unplugged, and the chip's supply goes with it (the board of the next command is switched on anew).
cut=0 erased=0 locked=0 lost=0 silent=0
at=20
while [ $at -lt 110 ]; do
    cp "$tap_dir/good" "$tap_dir/store"
    rm -rf "$XDG_STATE_HOME"
    more=,usb=unplug@$at
    at options DATA0=0x5a --yes
    more=
    if [ "$status" -ne 0 ]; then
        cut=$((cut + 1))
        [ -s "$err" ] || silent=$((silent + 1))
        at options
        if grep -q 'before, they were' "$err"; then
            erased=$((erased + 1))
            kept=$(find "$XDG_STATE_HOME" -name 'options-*.json')
            cp "$kept" "$tap_dir/kept.json"
            cp "$tap_dir/store" "$tap_dir/cut"
        fi
        if grep -q '^RDP  *1 ' "$out"; then
            locked=$((locked + 1))
            at unlock --yes --quiet
        fi
        at options DATA0=0x5a --yes --quiet
        options_are 0 0x5a || lost=$((lost + 1))
    fi
    at=$((at + 3))
done
check "some of the commands were cut off ($cut)" [ $cut -gt 10 ]
check "each with a sentence" is "$silent" 0
check "some with options erased ($erased), which the next command says" [ $erased -gt 3 ]
check "some with the chip locked ($locked)" [ $locked -gt 0 ]
check "and the next command writes back what was there, each time" is "$lost" 0
check "and then no file is left" is "$(find "$XDG_STATE_HOME" -name 'options-*')" ""

# The same of unlock, to the last byte of the 16, also those that this chip has no use for.
cp "$tap_dir/good" "$tap_dir/store"
rm -rf "$XDG_STATE_HOME"
at options RDP=1 --yes --quiet
cp "$tap_dir/store" "$tap_dir/locked"
lost=0
at=80
while [ $at -lt 130 ]; do
    cp "$tap_dir/locked" "$tap_dir/store"
    more=,usb=unplug@$at
    at unlock --yes --quiet
    more=
    at unlock --yes --quiet
    found=$(od -An -tx1 -j 32803 -N 16 "$tap_dir/store" | tr -d ' \n')
    [ "$found" = aa55fd02ff007788fe01ff00ff00ff00 ] || lost=$((lost + 1))
    at=$((at + 3))
done
check "unlock that was cut off keeps the other option bytes, each time" is "$lost" 0

# A wrong answer is not written back.
cp "$tap_dir/good" "$tap_dir/store"
wrong=0
for at in $(seq 20 110); do
    cp "$tap_dir/good" "$tap_dir/store"
    more=,usb=garbage@$at
    at options DATA0=0x5a --yes --quiet
    more=
    options_are 0 0x5a || options_are 0 0xff || wrong=$((wrong + 1))
done
check "a damaged answer at any of 91 commands changes no other option" is "$wrong" 0

# Files of the journal that are damaged.
cp "$tap_dir/good" "$tap_dir/store"
at info --quiet
check "the journal's folder is its owner's" is "$(stat -c %a "$XDG_STATE_HOME/swdlink")" 700
damaged=0
for content in '' '{' '[]' 'null' '{"chips": 7}' '{"words": [1], "intact": -1}' '{"intact": 4294967295, "words": "x"}'; do
    for file in "$XDG_STATE_HOME"/swdlink/*.json; do
        printf '%s' "$content" >"$file"
        printf '%s' "$content" >"$XDG_STATE_HOME/swdlink/options-444-0.json"
        at options --quiet
        [ "$status" -eq 0 ] || damaged=$((damaged + 1))
    done
done
check "a damaged file of the journal is begun anew" is "$damaged" 0

# The saved options of a write that was cut off, of which one word is damaged: none of them is written.
if command -v python3 >/dev/null; then
    words=$(python3 -c 'import json, sys; print(len(json.load(open(sys.argv[1]))["words"]))' "$tap_dir/kept.json")
    wrong=0 silent=0
    for bad in '"x"' null 1.5 -1 4294967296 '[]' true; do
        for at in 0 $((words / 2)) $((words - 1)); do
            cp "$tap_dir/cut" "$tap_dir/store"
            python3 - "$tap_dir/kept.json" "$kept" "$at" "$bad" <<'END'
import json, sys
doc = json.load(open(sys.argv[1]))
doc["words"][int(sys.argv[3])] = json.loads(sys.argv[4])
json.dump(doc, open(sys.argv[2], "w"))
END
            at options
            grep -q "$kept" "$err" || silent=$((silent + 1))
            grep -q 'before, they were' "$err" && wrong=$((wrong + 1))
        done
    done
    check "a damaged word of saved options is told with the file's path" is "$silent" 0
    check "and is not taken for a value" is "$wrong" 0
    rm -f "$kept"
    at options
    check "a file that is not there is not told of" lacks "$err" "cannot be used"
else
    skip "a damaged word of saved options" "python3 is not installed"
fi

# A folder that takes nothing is told, and stops nobody.
cp "$tap_dir/good" "$tap_dir/store"
mkdir -p "$tap_dir/full/swdlink"
if [ "$(id -u)" -ne 0 ]; then
    chmod 500 "$tap_dir/full/swdlink"
    XDG_STATE_HOME=$tap_dir/full at options DATA0=0x33 --yes
    check "a folder that takes no file is told of" has "$err" "could not be saved in"
    check "and the options are written all the same" is "$status" 0
    chmod 700 "$tap_dir/full/swdlink"
else
    skip "a folder that takes no file is told of" "root may write everywhere"
fi
plan
