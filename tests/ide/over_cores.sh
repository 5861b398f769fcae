#!/bin/sh
# SPDX-License-Identifier: MIT
# What editors do, once more on virtual chips with a Cortex-M3, M4 and M7: every sixth scenario of each (under the sanitizers
# every twelfth), others for each chip; with SWDLINK_TEST_ALL all of them. The Cortex-M0 has them all without this.
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
. "$top_srcdir/tests/scenarios/pass_on.inc"

SWDLINK_TEST_STRIDE=${SWDLINK_TEST_ALL:+1}
[ -n "$SWDLINK_TEST_STRIDE" ] || SWDLINK_TEST_STRIDE=$((${SWDLINK_TEST_SAMPLE:+6} + 6))
SWDLINK_TEST_OFFSET=0
export SWDLINK_TEST_STRIDE SWDLINK_TEST_OFFSET
for SWDLINK_CHIP in stm32f103cb stm32f407vg stm32f722ze; do
    export SWDLINK_CHIP
    for file in cortex_debug cdt_adapter; do
        pass_on "$SWDLINK_CHIP" "../ide/$file.py"
    done
    SWDLINK_TEST_OFFSET=$(((SWDLINK_TEST_OFFSET + 1) % SWDLINK_TEST_STRIDE))
done
echo "1..$n"
