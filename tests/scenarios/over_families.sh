#!/bin/sh
# SPDX-License-Identifier: MIT
# GDB scenarios once more on a virtual chip of each other family: flashing, endings, costs; and of debugging and stops
# every second one, of which each chip has others than the one before it. The STM32F0 has them all without this, and
# with SWDLINK_TEST_ALL every chip has, there are more chips, and all other scenarios that do not name a chip; CHIPS
# in harness.py has what differs. SWDLINK_TEST_SAMPLE=N: every Nth of those that would run.
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
. "$top_srcdir/tests/scenarios/pass_on.inc"

others='background breakpoints habits interrupts leftovers loads losses monitor pipe rtt semihosting several watchpoints'
sample=${SWDLINK_TEST_SAMPLE-1}
chips=0

# pass_every STRIDE FILE...: each chip begins with another scenario
pass_every() {
    SWDLINK_TEST_STRIDE=$1
    SWDLINK_TEST_OFFSET=$((chips % $1))
    export SWDLINK_TEST_STRIDE SWDLINK_TEST_OFFSET
    shift
    for file; do
        pass_on "$SWDLINK_CHIP" "$file.py"
    done
}

if [ -z "${SWDLINK_TEST_ALL-}" ]; then
    echo "# sampled: of debugging and stops one of $((2 * sample)) on a chip, of flashing, endings and costs one of $sample"
fi
for SWDLINK_CHIP in stm32l053r8 stm32g071rb stm32f103cb stm32f407vg stm32f722ze \
    ${SWDLINK_TEST_ALL:+stm32l152rb stm32f303cc stm32c031c6 stm32u083rc stm32f429zi stm32l476rg stm32g474re}; do
    export SWDLINK_CHIP
    if [ -n "${SWDLINK_TEST_ALL-}" ]; then
        # shellcheck disable=SC2086 # one word per file
        pass_every 1 debugging flashing stops endings costs $others
    else
        pass_every "$sample" flashing endings costs
        pass_every $((2 * sample)) debugging stops
    fi
    chips=$((chips + 1))
done
echo "1..$n"
