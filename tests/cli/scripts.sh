#!/bin/sh
# SPDX-License-Identifier: MIT
# Our shell scripts, as shellcheck sees them. Not counted: variables that come from the Makefile (SC2154), and
# quotes around a program for `sh -c` (SC2016).
# shellcheck source=tests/tap.sh disable=SC2154 # the Makefile sets top_srcdir and top_builddir
. "$top_srcdir/tests/tap.sh"

cd "$top_srcdir" || exit 99
for script in scripts/serve scripts/check scripts/commit scripts/lib.sh tests/run debian/tests/gdb-session debian/tests/installed tests/*.sh tests/*/*.sh \
    contrib/completions/*.bash contrib/ST-LINK_gdbserver contrib/st-util; do
    if command -v shellcheck >/dev/null; then
        check "shellcheck has nothing to say about $script" shellcheck -x -e SC2016,SC2154 "$script"
    else
        skip "shellcheck has nothing to say about $script" "shellcheck is not installed"
    fi
done

# tests/run: one test of one program.
run_one() {
    BUILD=$top_builddir run sh tests/run "$@"
}

runs_one_test() {
    run_one unit/base log_drops && is "$status" 0 && has "$out" "1..1" &&
        has "$out" "ok 1 - log_drops_lines_above_its_level"
}

refuses_what_is_not_there() {
    run_one unit/base no_such_test && is "$status" 1 && has "$err" "no test ran" &&
        run_one unit/no_such_program && is "$status" 1 && has "$err" "there is no test unit/no_such_program"
}

says_whose_it_is() {
    run reuse lint
    [ "$status" -eq 0 ] || tail -n 30 "$out"
    is "$status" 0
}
if [ -e .git ] && command -v reuse >/dev/null; then
    check "reuse finds copyright and licence of every file" says_whose_it_is
else
    skip "reuse finds copyright and licence of every file" "reuse is not installed, or these sources are not in git"
fi
check "tests/run runs one test of a program" runs_one_test
check "tests/run fails when no test ran" refuses_what_is_not_there
plan
