#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/firmware/order.c and order_v7m.c print what they saw of their exceptions: the virtual cores and QEMU's
# must print the same. Skipped where qemu-system-arm or the cross compiler is missing.
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

machine_of() {
    case $1 in
    m0) echo microbit ;;
    m3) echo mps2-an385 ;;
    m4) echo mps2-an386 ;;
    m7) echo mps2-an500 ;;
    esac
}

# order.c keeps its threads' r8 to r11 in the registers.
flags_of() {
    case $1 in
    order) echo "-ffixed-r8 -ffixed-r9 -ffixed-r10 -ffixed-r11" ;;
    order_v7m)
        [ "$2" = m4 ] && echo "-mfloat-abi=softfp -mfpu=fpv4-sp-d16"
        [ "$2" = m7 ] && echo "-mfloat-abi=softfp -mfpu=fpv5-d16"
        ;;
    esac
}

builds() {
    # shellcheck disable=SC2046 # flags are words
    arm-none-eabi-gcc -mcpu="cortex-$core" -mthumb $(flags_of "$program" "$core") -Os -ffreestanding -nostdlib \
        -masm-syntax-unified -Wall -Wextra -Werror -T "$srcdir/tests/firmware/order.ld" \
        -o "$work/order.elf" "$srcdir/tests/firmware/$program.c" -lgcc &&
        arm-none-eabi-objcopy -O binary "$work/order.elf" "$work/order.bin"
}

# order_v7m.c returns once with what is no EXC_RETURN, which is a violation and makes the helper's status 1.
runs_here() {
    wanted=0
    [ "$program" = order ] || wanted=1
    timeout 60 "$builddir/tests/scenarios/sim_firmware" "$work/order.bin" "$core" >"$work/own.txt" 2>"$work/said.txt"
    [ $? -eq $wanted ] && [ "$(grep -c '^violation: exception return with 0xfffffff0 ' "$work/said.txt")" -eq $wanted ] &&
        [ "$(grep -c . "$work/said.txt")" -eq $wanted ]
}

runs_in_qemu() {
    timeout 60 qemu-system-arm -M "$(machine_of "$core")" -display none -monitor none -serial none \
        -chardev "file,id=log,path=$work/qemu.txt" \
        -semihosting-config enable=on,target=native,chardev=log -kernel "$work/order.elf"
}

# More than 500 exceptions were entered: the mixtures alone make so many.
saw_many() {
    if [ "$program" = order ]; then
        [ "$(grep -c '^1' "$work/own.txt")" -gt 500 ]
    else
        [ "$(sed -n 'p;n' "$work/own.txt" | grep -c '^00000001')" -gt 500 ]
    fi
}

saw_the_same() {
    cmp "$work/own.txt" "$work/qemu.txt"
}

for run in order/m0 order/m3 order/m4 order_v7m/m3 order_v7m/m4 order_v7m/m7; do
    program=${run%/*} core=${run#*/}
    check "$program.c builds for a Cortex-$core" builds
    check "the virtual core runs it to its end without a violation that it does not mean" runs_here
    check "QEMU's $(machine_of "$core") runs it to its end" runs_in_qemu
    check "$program.c saw more than 500 exceptions" saw_many
    check "both saw the same exceptions in the same order" saw_the_same
done
plan
