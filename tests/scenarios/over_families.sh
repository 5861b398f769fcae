#!/bin/sh
# SPDX-License-Identifier: MIT
# GDB scenarios once more on a virtual chip of each other family: debugging, flashing, stops, endings, costs.
# The STM32F0 has them without this; CHIPS in harness.py has what differs.
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
. "$top_srcdir/tests/scenarios/pass_on.inc"

# shellcheck disable=SC2043 # a chip of another family is a word more
for SWDLINK_CHIP in stm32l053r8; do
    export SWDLINK_CHIP
    for file in debugging flashing stops endings costs; do
        pass_on "$SWDLINK_CHIP" "$file.py"
    done
done
echo "1..$n"
