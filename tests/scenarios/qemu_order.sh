#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/firmware/order.c prints what it saw of its exceptions: the virtual core and QEMU's Cortex-M0 must
# print the same. Skipped where qemu-system-arm or the cross compiler is missing.
cross=${CROSS:-arm-none-eabi-}
for tool in qemu-system-arm "${cross}gcc" "${cross}objcopy" timeout; do
    if ! command -v "$tool" >/dev/null 2>&1; then
        echo "1..0 # SKIP $tool is not installed"
        exit 0
    fi
done

work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
source=$srcdir/tests/firmware

say() # result, sentence
{
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then echo "ok $count - $2"; else echo "not ok $count - $2"; fi
}

echo 1..4
count=0

"${cross}gcc" -mcpu=cortex-m0 -mthumb -Os -ffreestanding -nostdlib -masm-syntax-unified \
    -ffixed-r8 -ffixed-r9 -ffixed-r10 -ffixed-r11 -Wall -Wextra -Werror \
    -T "$source/order.ld" -o "$work/order.elf" "$source/order.c" -lgcc &&
    "${cross}objcopy" -O binary "$work/order.elf" "$work/order.bin"
say $? "the firmware builds"

timeout 60 "$builddir/tests/scenarios/sim_firmware" "$work/order.bin" >"$work/own.txt"
say $? "the virtual core runs it to its end without a violation"

timeout 60 qemu-system-arm -M microbit -display none -monitor none -serial none \
    -chardev "file,id=log,path=$work/qemu.txt" \
    -semihosting-config enable=on,target=native,chardev=log -kernel "$work/order.elf"
say $? "QEMU runs it to its end"

# Enough of every kind: the mixture alone makes hundreds of entries.
[ "$(grep -c '^1' "$work/own.txt")" -gt 500 ] && diff "$work/own.txt" "$work/qemu.txt" | sed 20q >&2 &&
    cmp -s "$work/own.txt" "$work/qemu.txt"
say $? "both saw the same exceptions in the same order"
