#!/bin/sh
# SPDX-License-Identifier: MIT
# Our shell scripts, as shellcheck sees them. Not counted: variables that come from the Makefile (SC2154), and
# quotes around a program for `sh -c` (SC2016).
# shellcheck source=tests/tap.sh disable=SC2154 # the Makefile sets top_srcdir and top_builddir
. "$top_srcdir/tests/tap.sh"

cd "$top_srcdir" || exit 99
for script in scripts/serve scripts/check scripts/lib.sh tests/*.sh tests/*/*.sh \
    contrib/completions/*.bash contrib/ST-LINK_gdbserver contrib/st-util; do
    if command -v shellcheck >/dev/null; then
        check "shellcheck has nothing to say about $script" shellcheck -x -e SC2016,SC2154 "$script"
    else
        skip "shellcheck has nothing to say about $script" "shellcheck is not installed"
    fi
done
plan
