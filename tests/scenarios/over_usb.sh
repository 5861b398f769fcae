#!/bin/sh
# SPDX-License-Identifier: MIT
# GDB scenarios once more with the probe on the USB bus: swdlink-sim BOARD -- swdlink serve, through the real
# libusb. Every fourth of each file, all with SWDLINK_TEST_ALL=1, fewer with SWDLINK_TEST_SAMPLE. A few of them
# under valgrind.
# shellcheck disable=SC2154 # the Makefile sets top_srcdir and top_builddir
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
unset LD_PRELOAD
# gcc's sanitizer runtime must not insist on being loaded before swdlink-sim's preload library.
ASAN_OPTIONS=verify_asan_link_order=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}
SWDLINK_VIA=usb
export ASAN_OPTIONS SWDLINK_VIA
. "$top_srcdir/tests/scenarios/pass_on.inc"

if ! "$top_builddir/swdlink-sim" -- true 2>"$dir/err"; then
    if grep -q 'package umockdev' "$dir/err"; then
        echo '1..0 # SKIP umockdev is not installed'
        exit 0
    fi
    cat "$dir/err" >&2
    exit 1
fi

SWDLINK_TEST_STRIDE=1
if [ -z "${SWDLINK_TEST_ALL-}" ]; then
    SWDLINK_TEST_STRIDE=$((4 * ${SWDLINK_TEST_SAMPLE-1}))
    echo "# sampled: one of $SWDLINK_TEST_STRIDE scenarios"
fi
export SWDLINK_TEST_STRIDE
for path in "$top_srcdir"/tests/scenarios/*.py; do
    case ${path##*/} in
    all_probes.py) ;; # its probes are on a bus anyway
    leftovers.py) ;;  # it is about the harness
    swo.py) ;;        # a core's clock is measured against time, which a board on the bus keeps only roughly
    # A file that has the main() of harness.py has its servers, too; others have their own ways to a board.
    *) ! grep -q '^main()$' "$path" || pass_on 'over USB' "${path##*/}" ;;
    esac
done

unset SWDLINK_TEST_STRIDE

why=
command -v valgrind >"$dir/which" || why='valgrind is not installed'
ldd "$top_builddir/swdlink" | grep -q 'lib[a-z]*san' && why='valgrind cannot run a program with sanitizers'
if [ -z "$why" ]; then
    SWDLINK_WRAP='valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect'
    export SWDLINK_WRAP
    pass_on 'under valgrind' debugging.py gdb_connects load_writes memory_is_read registers_are stepping_goes \
        breakpoints_in_flash a_write_watchpoint monitor_reset_halt
    pass_on 'under valgrind' flashing.py loading_another
    pass_on 'under valgrind' clients.py garbage a_debugger_that_is_killed
else
    n=$((n + 1))
    echo "ok $n - the core set under valgrind # SKIP $why"
fi
echo "1..$n"
