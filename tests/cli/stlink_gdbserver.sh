#!/bin/sh
# SPDX-License-Identifier: MIT
# contrib/ST-LINK_gdbserver: the options of ST's server become those of swdlink.
# shellcheck source=tests/tap.sh disable=SC2154 # the Makefile sets top_srcdir and top_builddir
. "$top_srcdir/tests/tap.sh"

SWDLINK="echo"
export SWDLINK
gdbserver=$top_srcdir/contrib/ST-LINK_gdbserver

# becomes WORDS OPTION...: what swdlink is called with.
becomes() {
    wanted=$1
    shift
    run "$gdbserver" "$@"
    is "$(cat "$out")" "$wanted" && is "$status" 0
}

check "ST's port is the one without options" becomes "serve --listen 61234"
check "Cortex-Debug's launch" becomes "serve --listen 50000 --probe ABC" \
    -p 50000 -cp /opt/st/bin --swd --serial-number ABC --halt
check "Cortex-Debug's attach disturbs nothing" becomes "serve --listen 50000 --connect hotplug" \
    -p 50000 -cp /opt/st/bin --swd --attach --halt
check "Zephyr's debug connects under reset" becomes "serve --listen 61234 --connect under-reset" \
    --stm32cubeprogrammer-path /opt/st/bin --port-number 61234 --apid 0 --halt --swd --initialize-reset
check "a value may stand behind an equals sign" becomes "serve --listen 7 --freq 950" \
    --port-number=7 --frequency=950
check "attach wins over a reset" becomes "serve --listen 61234 --connect hotplug" --initialize-reset -g
check "semihosting and talk are passed on" becomes "serve --listen 61234 --semihosting --verbose" \
    --semihosting all -v
check "SWO goes to its port, with the clock and the rate" \
    becomes "serve --listen 61234 --swo-raw 61235 --swo-clock 8000000 --swo-baud 2000000" \
    --swo-port 61235 --cpu-clock 8000000 --swo-clock-div 4
check "or with a clock that is measured" becomes "serve --listen 61234 --swo-raw 61235" -z 61235
check "a clock without a port has no meaning" becomes "serve --listen 61234" -a 8000000 -b 4
run "$gdbserver" -z 61235 -a 8M
check "a clock that is no number is refused" is "$status" 2

run "$gdbserver" --apid 1
check "another access port is refused" is "$status" 2
check "with the reason" has "$err" "access port 0 only"
run "$gdbserver" --extload file
check "an external loader is refused" is "$status" 2
run "$gdbserver" -p
check "a missing value is told" has "$err" "-p wants a value"
run "$gdbserver" --nonsense
check "an unknown option is told" has "$err" "there is no option --nonsense"
plan
