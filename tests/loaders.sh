#!/bin/sh
# SPDX-License-Identifier: MIT
# The bytes of the loaders that are checked in are those of their sources.
# shellcheck source=tests/tap.sh disable=SC2154 # the Makefile sets top_srcdir
. "$top_srcdir/tests/tap.sh"

same_bytes() {
    "$top_srcdir/flash/loaders/make" "$1" >"$out" && cmp "$out" "${1%.S}.h"
}

for source in "$top_srcdir"/flash/loaders/*.S; do
    name="$(basename "${source%.S}").h holds the bytes of $(basename "$source")"
    if command -v arm-none-eabi-gcc >/dev/null; then
        check "$name" same_bytes "$source"
    else
        skip "$name" "arm-none-eabi-gcc is not installed"
    fi
done
plan
