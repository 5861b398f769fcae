#!/bin/sh
# SPDX-License-Identifier: MIT
# GDB scenarios once more on a virtual chip of each other family: debugging, flashing, stops, endings, costs.
# The STM32F0 has them without this, and with SWDLINK_TEST_ALL there are more chips and all other scenarios that do not
# name a chip; CHIPS in harness.py has what differs.
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
. "$top_srcdir/tests/scenarios/pass_on.inc"

others='background breakpoints habits interrupts leftovers loads losses monitor pipe rtt semihosting several watchpoints'
for SWDLINK_CHIP in stm32l053r8 stm32g071rb stm32f103cb ${SWDLINK_TEST_ALL:+stm32f303cc stm32c031c6 stm32u083rc}; do
    export SWDLINK_CHIP
    for file in debugging flashing stops endings costs ${SWDLINK_TEST_ALL:+$others}; do
        pass_on "$SWDLINK_CHIP" "$file.py"
    done
done
echo "1..$n"
