#!/bin/sh
# SPDX-License-Identifier: MIT
# swdlink-sim with a stand-in board (fake_board.c) and an ordinary libusb program (usb_client.c): the mocked
# USB device behaves as the kernel's would, and the command line does what --help says.
# shellcheck disable=SC2016 # what stands in single quotes is for the inner shell
top_builddir=${top_builddir:?make check sets it}
sim=$top_builddir/tests/unit/fake_sim
client=$top_builddir/tests/unit/usb_client
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
# gcc's sanitizer runtime must not insist on being before the preload library.
ASAN_OPTIONS=verify_asan_link_order=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}
export ASAN_OPTIONS
unset LD_PRELOAD

if ! ls /usr/lib/*/libumockdev-preload.so.0 /usr/lib*/libumockdev-preload.so.0 >"$dir/ls" 2>&1 &&
    ! [ -s "$dir/ls" ]; then
    echo '1..0 # SKIP umockdev is not installed'
    exit 0
fi

n=0
# check NAME COMMAND...: one test, good when COMMAND succeeds
check() {
    name=$1
    shift
    n=$((n + 1))
    if "$@" >"$dir/out" 2>&1; then
        echo "ok $n - $name"
    else
        echo "not ok $n - $name"
        sed 's/^/# /' "$dir/out"
    fi
}

# gives STATUS COMMAND...: it must end with that status
gives() {
    want=$1
    shift
    "$@"
    got=$?
    [ $got = "$want" ] || { echo "exit status $got, not $want"; return 1; }
}

# says TEXT STATUS COMMAND...: the status, and TEXT on standard output or error
says() {
    text=$1
    shift
    gives "$@" >"$dir/said" 2>&1 || { cat "$dir/said"; return 1; }
    grep -q -e "$text" "$dir/said" || { cat "$dir/said"; return 1; }
}

board() { timeout 60 "$sim" "$@"; }

check 'a command goes out and its answer comes in' board -- "$client" version
check 'string descriptors are read, an unknown request stalls' board -- "$client" serial
check 'an endpoint without an answer times out' board -- "$client" timeout
check 'a pending transfer is not ready for poll, and can be cancelled' board -- "$client" cancel
check 'an IN that waits before its OUT is answered' board -- "$client" async
check 'answers of all lengths come whole' board -- "$client" lengths
check 'the trace endpoint times out when it is empty, and gives what waits there' board -- "$client" trace
check 'an answer longer than asked for is an overflow' board -- "$client" overflow
check 'a stall lasts until the halt is cleared' board -- "$client" stall
check 'a command for which there is no room times out' board slow -- "$client" no-room
check 'an interface has one claimant' board -- "$client" claims
check 'a reset drops the answer that was waiting' board -- "$client" reset
check 'a hundred opens leave nothing behind' board -- "$client" reopen
check 'unplugging ends what is pending, and all later calls' board -- "$client" unplug
check 'two probes have two serial numbers' board --count 2 -- "$client" two
check 'with --pace an answer comes late and is kept' board --pace -- "$client" late
check 'without following the same works' board --no-follow -- "$client" version
CONTROL=$dir/control
export CONTROL
check 'the control socket changes and inspects the board' \
    board --no-follow --control "$CONTROL" -- "$client" control
check 'hot-plug is announced' board --control "$CONTROL" -- "$client" hotplug
check 'the control socket is removed at the end' [ ! -e "$CONTROL" ]
check 'programs one after the other use the same probe' \
    board -- sh -c '"$1" version && "$1" version && "$1" unplug' sh "$client"

at_once() {
    board -- sh -c '"$1" cancel & "$1" timeout; wait $!; exit 0' sh "$client"
}
check 'two programs at once do not disturb the bench' at_once

check 'the exit status is that of the command' gives 7 board -- sh -c 'exit 7'
check 'a signal that ends the command gives 128 + its number' gives 137 board -- sh -c 'kill -9 $$'
check 'a command that does not exist gives 127' says 'cannot run' 127 board -- /nowhere/program
check 'a command that is no program gives 126' says 'cannot run' 126 board -- /
check 'without a command it says what is missing' says 'say what to run' 125 board
check 'an unknown option is named' says 'colour' 125 board --colour -- true
check 'an option without its value is named' says '--account needs' 125 board --account
check 'a wrong count is refused' says '1 to 64' 125 board --count 65 -- true
check 'two boards are refused' says 'one BOARD' 125 board one two -- true
check 'the sentence of a board that cannot be is shown' says 'no chip bad' 125 board bad -- true
check '--help is on standard output' says 'Usage: swdlink-sim' 0 board --help
check '--version is on standard output' says '^swdlink-sim [0-9]' 0 board --version
check 'the options of the command stay its own' says '^--help$' 0 board -- printf '%s\n' --help

accounts() {
    board --account "$dir/account" --count 2 -- "$client" version || return 1
    cat "$dir/account" "$dir/account.2"
    # libusb decides which of the two it opens
    [ "$(cat "$dir/account" "$dir/account.2" | sort | tr -dc '0-9 ')" = ' 0 2' ]
}
check '--account writes a file for each probe' accounts
check 'an account that cannot be written is a failure' \
    says 'cannot write' 125 board --account /nowhere/account -- true

passes_on() {
    "$sim" -- sh -c 'trap "exit 9" TERM; echo up >"$1"; while :; do sleep 0.1; done' sh "$dir/up" &
    pid=$!
    while [ ! -s "$dir/up" ] && kill -0 $pid; do sleep 0.05; done
    kill -TERM $pid
    wait $pid
    got=$?
    [ $got = 9 ] || { echo "exit status $got"; return 1; }
}
check 'a signal is passed on to the command' passes_on

# Or a signal to the whole group, as timeout(1) sends it, would arrive twice.
own_group() {
    [ "$(board -- sh -c 'cut -d" " -f5 /proc/$$/stat; echo $$' </dev/null | uniq | wc -l)" = 1 ]
}
check 'without a terminal the command has a process group of its own' own_group

guest=$top_builddir/tests/unit/redir_guest
if [ -x "$guest" ]; then
    check 'a virtual machine uses the board through usbredir' \
        board --usbredir "$dir/redir" -- "$guest" "$dir/redir"
    check 'the usbredir socket is removed at the end' [ ! -e "$dir/redir" ]
    check 'usbredir serves one probe' says 'one probe' 125 board --usbredir "$dir/redir" --count 2
else
    n=$((n + 1))
    echo "ok $n - a virtual machine uses the board # SKIP built without libusbredirparser"
fi

mkdir "$dir/tmp"
leaves_nothing() {
    TMPDIR=$dir/tmp board -- "$client" version && [ -z "$(ls "$dir/tmp")" ]
}
check 'no directory is left behind' leaves_nothing
echo "1..$n"
