#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/firmware/order.c prints what it saw of its exceptions: the virtual core and QEMU's Cortex-M0 must
# print the same. Skipped where qemu-system-arm or the cross compiler is missing.
# shellcheck source=tests/tap.sh disable=SC2154 # the Makefile sets srcdir, builddir and top_srcdir
. "$top_srcdir/tests/tap.sh"

for tool in qemu-system-arm arm-none-eabi-gcc arm-none-eabi-objcopy timeout; do
    if ! command -v "$tool" >/dev/null 2>&1; then
        echo "1..0 # SKIP $tool is not installed"
        exit 0
    fi
done

work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
firmware=$srcdir/tests/firmware/order

builds() {
    arm-none-eabi-gcc -mcpu=cortex-m0 -mthumb -Os -ffreestanding -nostdlib -masm-syntax-unified \
        -ffixed-r8 -ffixed-r9 -ffixed-r10 -ffixed-r11 -Wall -Wextra -Werror \
        -T "$firmware.ld" -o "$work/order.elf" "$firmware.c" -lgcc &&
        arm-none-eabi-objcopy -O binary "$work/order.elf" "$work/order.bin"
}

runs_here() {
    timeout 60 "$builddir/tests/scenarios/sim_firmware" "$work/order.bin" >"$work/own.txt"
}

runs_in_qemu() {
    timeout 60 qemu-system-arm -M microbit -display none -monitor none -serial none \
        -chardev "file,id=log,path=$work/qemu.txt" \
        -semihosting-config enable=on,target=native,chardev=log -kernel "$work/order.elf"
}

# More than 500 exceptions were entered: the mixture alone makes so many.
saw_many() {
    [ "$(grep -c '^1' "$work/own.txt")" -gt 500 ]
}

saw_the_same() {
    cmp "$work/own.txt" "$work/qemu.txt"
}

check "the firmware builds" builds
check "the virtual core runs it to its end without a violation" runs_here
check "QEMU runs it to its end" runs_in_qemu
check "the firmware saw more than 500 exceptions" saw_many
check "both saw the same exceptions in the same order" saw_the_same
plan
