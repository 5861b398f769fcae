#!/bin/sh
# SPDX-License-Identifier: MIT
# swdlink at a probe on the USB bus: the virtual one of swdlink-sim, through libusb as a real one.
# shellcheck source=tests/tap.sh disable=SC2154 # the Makefile sets top_srcdir and top_builddir
. "$top_srcdir/tests/tap.sh"

unset SWDLINK_PROBE
# gcc's sanitizer runtime must not insist on being loaded before swdlink-sim's preload library.
ASAN_OPTIONS=verify_asan_link_order=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}
export ASAN_OPTIONS
swdlink=$top_builddir/swdlink
swdlink_sim=$top_builddir/swdlink-sim
serial=303030303030303030303031

why=
[ -x "$swdlink_sim" ] || why="this build has no swdlink-sim"
command -v umockdev-run >/dev/null || why="umockdev is not installed"
command -v python3 >/dev/null || why="python3 is not installed"
if [ -n "$why" ]; then
    skip "commands at a probe on the USB bus" "$why"
    plan
    exit 0
fi

plugged() {
    run "$swdlink_sim" -- "$swdlink" "$@"
}

plugged list
check "list finds the probe" has "$out" "$serial"
check "list names its model and its place" grep -q "^ST-LINK/V2 .* usb:[0-9]*-[0-9.]* *bus [0-9]* device [0-9]*$" "$out"
plugged info
check "info without --probe takes the only one" is "$status" 0
check "info reaches the chip" has "$out" "F031x6"
plugged info --probe 3031
check "the end of the serial number is enough" is "$status" 0
plugged info --probe 30303030
check "the beginning of the serial number is enough" is "$status" 0
plugged info --probe 4711
check "another serial number is refused" is "$status" 1
check "what is plugged in is named then" has "$err" "$serial"

# While a server holds the probe, another swdlink says so.
cat >"$tap_dir/busy.sh" <<'END'
"$1" serve --listen 0 2>"$2" &
server=$!
tries=0
until grep -q "^Listening" "$2" || [ $tries -ge 600 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
"$1" info
status=$?
kill $server
wait $server
exit $status
END
run "$swdlink_sim" -- sh "$tap_dir/busy.sh" "$swdlink" "$tap_dir/served"
check "a probe that is in use is no failure of another kind" is "$status" 1
check "a probe that is in use is said to be so" has "$err" "another program is using the ST-LINK"

# unplug and plug; then a client that asks for the state makes the server look for its probe.
cat >"$tap_dir/replug.py" <<'END'
import re, socket, subprocess, sys, time

swdlink, control, log = sys.argv[1:]


def said(pattern):
    for _ in range(600):
        found = re.search(pattern, open(log).read())
        if found:
            return found
        time.sleep(0.1)
    sys.exit(f"the server never said: {pattern}")


with open(log, "w") as f:
    server = subprocess.Popen([swdlink, "serve", "--listen", "0"], stderr=f)
port = int(said(r"Listening on port (\d+)")[1])
bench = socket.socket(socket.AF_UNIX)
bench.connect(control)
client = socket.create_connection(("127.0.0.1", port))
for line in "unplug\n", "plug\n":
    bench.send(line.encode())
    bench.recv(1024)
    client.send(b"+$?#3f")
    reply = b""
    while not re.search(rb"\$[^#]*#..", reply):
        reply += client.recv(4096) or sys.exit("the server closed the connection")
said("the target is back")
server.terminate()
sys.exit(server.wait())
END
run "$swdlink_sim" --control "$tap_dir/control" -- \
    python3 "$tap_dir/replug.py" "$swdlink" "$tap_dir/control" "$tap_dir/served"
cat "$err" "$tap_dir/served" >"$out" 2>/dev/null
check "a server takes up a probe that was unplugged and is back" has "$out" "the target is back"
check "such a server still ends with status 0" is "$status" 0
plan
