#!/bin/sh
# SPDX-License-Identifier: MIT
# Every fuzz target over its corpus, without libFuzzer: what was once found stays mended.
# shellcheck source=tests/tap.sh disable=SC2154 # the Makefile sets top_srcdir and top_builddir
. "$top_srcdir/tests/tap.sh"

for corpus in "$top_srcdir"/tests/fuzz/corpus/*; do
    name=${corpus##*/}
    run "$top_builddir/tests/fuzz/fuzz_$name" "$corpus"
    check "the corpus of $name harms nothing ($(tail -n 1 "$out"))" is "$status" 0
    [ "$status" -eq 0 ] || sed 's/^/# /' "$err" | head -n 40
done
plan
