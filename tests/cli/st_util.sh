#!/bin/sh
# SPDX-License-Identifier: MIT
# contrib/st-util: what tools that know st-util pass to it, and what swdlink is told.
# shellcheck source=tests/tap.sh disable=SC2154 # the Makefile sets top_srcdir and top_builddir
. "$top_srcdir/tests/tap.sh"

wrapper=$top_srcdir/contrib/st-util

becomes() { # OPTIONS EXPECTED
    # shellcheck disable=SC2086 # the words of it are the arguments
    run env SWDLINK=echo "$wrapper" $1
    check "st-util $1" is "$(cat "$out")" "serve$2"
}

becomes "" ""
becomes "-p 50000 --no-reset" " -p 50000 --no-reset"
becomes "-p 50000 --no-reset --stlinkv1 --serial ABC" " -p 50000 --no-reset --serial ABC"
becomes "-m -u --freq=1800k --semihosting" " -m -u --freq=1800k --semihosting"
becomes "-v 4 -p 4242" " -v4 -p 4242"
becomes "-v -p 4242" " -v -p 4242"
# Qt Creator's provider, with each of the transports that its dialog offers; and with nothing said.
becomes "--multi --stlink_version=2 --listen_port=4242 --verbose=0" " --multi --listen_port=4242 --verbose=0"
becomes "--multi --no-reset --stlink_version=1 --connect-under-reset --listen_port=4242 --verbose=99" \
    " --multi --no-reset --connect-under-reset --listen_port=4242 --verbose=99"
becomes "--listen_port=4242 --verbose=0" " --listen_port=4242 --verbose=0"
becomes "-s 2 -m -p 4242" " -m -p 4242"
becomes "-s2 -p 4242" " -p 4242"
becomes "--stlink_version 2 -n" " -n"
becomes "-p 4242 -s" " -p 4242"
becomes "-v99 --hot-plug --multi" " -v99 --hot-plug --multi"

# The real program takes them all: it comes as far as a probe that it may not open.
for options in "-p 0 --no-reset" "-m -u -F 950k" "--hot-plug --multi --semihosting" "-n --stlinkv1 --listen_port 0" \
    "--multi --stlink_version=2 --listen_port=0 --verbose=0" "--frequent=9 --multi --listen_port=0"; do
    # shellcheck disable=SC2086
    run env SWDLINK_PROBE=virtual:stm32f031k6,usb=forbidden SWDLINK="$top_builddir/swdlink" "$wrapper" $options
    check "swdlink understands $options" is "$status" 1
    case $options in *frequent*)
        check "an option that nobody knows is told and left out" has "$err" "--frequent=9 is unknown here"
        ;;
    esac
done
plan
