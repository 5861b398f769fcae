#!/bin/sh
# SPDX-License-Identifier: MIT
# list, info, read, reset and serve at the virtual board: results, JSON, exit status, what goes where.
# shellcheck source=tests/tap.sh disable=SC2154 # the Makefile sets top_srcdir and top_builddir
. "$top_srcdir/tests/tap.sh"

unset SWDLINK_PROBE NO_COLOR
swdlink=$top_builddir/swdlink
sample=$top_builddir/tests/firmware/sample.elf

run "$swdlink" list --probe virtual
if [ "$status" -ne 0 ] && grep -q "without the virtual board" "$err"; then
    check "a build without the board says so in one line" is "$(wc -l <"$err")" 1
    skip "commands at the virtual board" "this build has none"
    plan
    exit 0
fi

# json EXPRESSION: true of the document d in $out.
json() {
    python3 -c "import json, sys; d = json.load(open(sys.argv[1])); sys.exit(not ($1))" "$out" || {
        sed 's/^/# got: /' "$out"
        return 1
    }
}

# check_json NAME EXPRESSION
check_json() {
    if command -v python3 >/dev/null; then
        check "$1" json "$2"
    else
        skip "$1" "python3 is not installed"
    fi
}

check "list shows the virtual probe that was asked for" is "$status" 0
check "list tells it from plugged-in ones" has "$out" "virtual"
run "$swdlink" list --probe virtual --json
check_json "list --json is one document with a schema" 'd["schema"] == 1'
check_json "list --json has the virtual probe's product id" \
    '[p["usb_id"] for p in d["probes"] if p["virtual"]] == ["0483:3748"]'
run env SWDLINK_PROBE=virtual "$swdlink" list
check "SWDLINK_PROBE stands for --probe" has "$out" "virtual"

run "$swdlink" list --json
check_json "list --json without --probe has no virtual probe" \
    'not [p for p in d["probes"] if p["virtual"]]'
run "$swdlink" list
check "list without --probe ends with status 0" is "$status" 0
if [ -s "$out" ]; then
    skip "list says on standard error that nothing is plugged in" "an ST-LINK is plugged in"
    skip "info without a probe fails" "an ST-LINK is plugged in"
    skip "info --json without a probe names the kind of error" "an ST-LINK is plugged in"
else
    check "list says on standard error that nothing is plugged in" has "$err" \
        "no ST-LINK is plugged in"
    run "$swdlink" info
    check "info without a probe fails" is "$status" 1
    run "$swdlink" info --json
    check_json "info --json without a probe names the kind of error" \
        'd["error"]["kind"] == "no-probe" and d["error"]["text"]'
fi

run "$swdlink" info --probe virtual
check "info ends with status 0" is "$status" 0
check "info names the probe's firmware" has "$out" "V2J37S7"
check "info names the parts that it can be" has "$out" "STM32F030x6, F031x6 or F038x6"
check "info names the core" has "$out" "Cortex-M0 r0p0"
check "info tells the flash size" has "$out" "32 KiB at 0x08000000"
check "info tells the SRAM size" has "$out" "4 KiB at 0x20000000"
check "info tells the voltage" grep -q "^voltage *3\.[0-9][0-9] V" "$out"
check "info tells the read protection" has "$out" "level 0"
run "$swdlink" info --probe virtual --json
check_json "info --json has probe and target" \
    'd["schema"] == 1 and d["probe"]["virtual"] and d["target"]["chip"]["device_id"] == 0x444'
check_json "info --json counts in bytes and millivolts" \
    'd["target"]["chip"]["flash"]["size"] == 32768 and 3000 < d["probe"]["vtref_mv"] < 3600'
run "$swdlink" info --probe virtual:stm32f031k6,rdp=1 --json
check_json "info tells read protection level 1" 'd["target"]["chip"]["rdp_level"] == 1'

run "$swdlink" info --probe virtual:stm32f031k6,chip=dead
check "info at a dead chip fails" is "$status" 1
check "info at a dead chip still tells the probe" has "$out" "V2J37S7"
check "info at a dead chip says why in one sentence" has "$err" "swdlink: "
run "$swdlink" info --probe virtual:stm32f031k6,chip=dead --json
check_json "info --json at a dead chip has the probe and the error" \
    'd["probe"]["firmware"] == "V2J37S7" and d["target"] is None and d["error"]["text"]'

run "$swdlink" info --probe virtual:stm32f999
check "an unknown virtual chip is a usage error" is "$status" 2
check "an unknown virtual chip is named with those that there are" has "$err" "stm32f031k6"

run "$swdlink" read 0x08000000 1K --probe virtual --output "$tap_dir/bytes"
check "read --output ends with status 0" is "$status" 0
check "read --output writes as many bytes as were asked for" is \
    "$(wc -c <"$tap_dir/bytes")" 1024
check "read --output prints nothing on standard output" is_empty "$out"
run "$swdlink" read 0x08000000 1024 --probe virtual --quiet
check "read writes raw bytes to what is no terminal" cmp "$out" "$tap_dir/bytes"
check "read --quiet says nothing else" is_empty "$err"
run "$swdlink" read 0x08000001 7 --probe virtual --json
check_json "read --json has the bytes in hexadecimal, at any alignment" \
    'd["address"] == 0x08000001 and d["length"] == 7 and d["hex"] == "ff" * 7'
if [ -f "$sample" ]; then
    run "$swdlink" read 0x08000000 4 --probe "virtual:stm32f031k6,firmware=$sample" --json
    check_json "read sees the firmware of the board" 'd["hex"] == "00100020"'
else
    skip "read sees the firmware of the board" "no ARM compiler made it"
fi
run "$swdlink" read 0x30000000 4 --probe virtual
check "read where nothing is fails" is "$status" 1
check "read where nothing is names the address" has "$err" "0x30000000"
check "read where nothing is prints no bytes" is_empty "$out"
run "$swdlink" read 0x08000000 4 --probe virtual:stm32f031k6,rdp=1
check "read of protected flash fails" is "$status" 1
check "read of protected flash prints no zeros" is_empty "$out"
run "$swdlink" read 0x08000000 4 --probe virtual --output "$tap_dir/no/such/dir"
check "a file that cannot be written is a failure" is "$status" 1
check "a file that cannot be written is named" has "$err" "$tap_dir/no/such/dir"
if [ -w /dev/full ]; then
    status=0
    "$swdlink" read 0x08000000 4 --probe virtual >/dev/full 2>"$err" || status=$?
    check "a full disk behind standard output is a failure" is "$status" 1
else
    skip "a full disk behind standard output is a failure" "there is no /dev/full"
fi

run "$swdlink" reset --probe virtual
check "reset ends with status 0" is "$status" 0
check "reset prints nothing on standard output" is_empty "$out"
run "$swdlink" reset --halt --probe virtual --json
check_json "reset --halt --json tells where it stands" 'd["state"] == "halted" and "pc" in d'

run "$swdlink" info --probe virtual:stm32f031k6,chip=dead --color always
check "--color always colours errors in a pipe" has "$err" "$(printf '\033')"
run env NO_COLOR=1 "$swdlink" info --probe virtual:stm32f031k6,chip=dead
check "NO_COLOR leaves errors plain" lacks "$err" "$(printf '\033')"

# Starts the server, waits for its readiness, ends it with a signal. (Not SIGINT: shells make background
# programs ignore it.)
serve_and_stop() {
    status=0
    "$swdlink" serve --probe virtual --listen 0 >"$out" 2>"$err" </dev/null &
    server=$!
    tries=0
    until grep -q "^Listening" "$err" || [ $tries -ge 600 ] || ! kill -0 $server 2>/dev/null; do
        tries=$((tries + 1))
        sleep 0.1
    done
    kill -s "$1" $server
    wait $server || status=$?
    has "$err" "Listening at *" && is "$status" 0
}

check "serve listens and ends with status 0 on SIGTERM" serve_and_stop TERM
# What --all does not go with.
for wrong in "--probe virtual" --once; do
    # shellcheck disable=SC2086 # two words
    run "$swdlink" serve --all $wrong
    check "serve --all $wrong ends with status 2" is "$status" 2
    check "serve --all $wrong says why" has "$err" "--all does not go with"
done

# Every write to such a socket arrives as a message of its own.
whole_lines() {
    python3 -c '
import socket, subprocess, sys
here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=there)
there.close()
pieces = list(iter(lambda: here.recv(65536), b""))
broken = [piece for piece in pieces if not piece.endswith(b"\n")]
print("#", len(pieces), "writes, without their end:", broken[:5])
sys.exit(process.wait() != 0 or not pieces or bool(broken))' "$@"
}
if command -v python3 >/dev/null; then
    check "what is said on standard error is written line by line, for whom it wakes" \
        whole_lines "$swdlink" info --verbose --probe virtual
else
    skip "what is said on standard error is written line by line, for whom it wakes" "python3 is not installed"
fi


# ---- chips whose flash is not known here: named by their id, and nothing is said that was not read
stranger() { # stranger KEYS COMMAND…
    keys=$1
    shift
    run "$swdlink" "$@" --probe "virtual:stm32f031k6,$keys"
}
f103=idcode=0x20036410,cpuid=0x411FC231,dpidr=0x1ba01477
stranger $f103 info
check "an STM32F103 is named" has "$out" "STM32F101, F102, F103, 64 to 128 KiB"
check "with its id" has "$out" "device id 0x410, revision id 0x2003 (rev Y), read at 0x40015800"
check "what can be done with it is told" has "$out" "programs run in RAM; the flash cannot be programmed"
check "its protection is not known" grep -q '^protection *not known' "$out"
check "nor its unique id, which is elsewhere" grep -q '^unique id *unknown' "$out"
check "what is supported is told" grep -q '^supported *debug (RAM only)' "$out"
check "and that it was never tried" grep -q '^tried *never' "$out"
stranger $f103 info --json
check "info --json has the id" has "$out" '"idcode": 537093136'
check "and the name" has "$out" '"family": "STM32F1"'
stranger $f103 unlock --yes
check "unlock does not know whether it is protected" is "$status" 1
check "and says so, with its name" has "$err" "cannot change the read protection of this chip (STM32F101, F102, F103"
printf 'not a program' >"$tap_dir/data.bin"
for verb in "flash $tap_dir/data.bin --address 0x08000000" erase options "options RDP=1 --yes"; do
    # shellcheck disable=SC2086
    stranger $f103 $verb
    check "${verb%% *} fails" is "$status" 1
    check "and names the chip" has "$err" "STM32F101, F102, F103"
    check "and says what works" has "$err" "it can be debugged and read, and programs run in its RAM"
done
stranger $f103 read 0x20000000 16 --json
check "its memory is read" has "$out" '"hex": '
stranger $f103 options
check "nor are its option bytes known" has "$err" "STM32F101, F102, F103"
stranger $f103 doctor --json
check "the doctor has read no vector table" has "$out" '"vector_sp": null'
check "nor the protection" has "$out" '"rdp_level": null'
check "nor whether the flash is blank" has "$out" '"flash_blank": null'
check "and does not say that it had" lacks "$out" "the vector table has"
stranger idcode=0x10006413,cpuid=0x410fc241 info
check "an STM32F407 is named" has "$out" "STM32F405, F407, F415, F417"
stranger idcode=0x20036450,cpuid=0x411fc271 info
check "an STM32H743 is named" has "$out" "STM32H742, H743"
stranger idcode=0x20036410 info
check "an id that does not fit the core is questioned" has "$out" "by another maker?"
stranger idcode=0x12345abc info
check "an id without a name is shown" has "$out" "DBGMCU_IDCODE 0x12345abc"
stranger idcode=0x12345abc unlock --yes
check "and is not called unprotected" is "$status" 1

# Chips with ids where their families have them, and what there is instead of an id.
at() { # BOARD: info of it
    run "$swdlink" info --probe "virtual:$1"
}
at stm32f407vg,idcode=0x20006411
check "an STM32F40x of revision A, which has the id of an STM32F2, is told by its core" \
    has "$out" "STM32F405xG, F407xG, F415xG or F417xG"
check "with its revision" has "$out" "(rev A), read at 0xe0042000"
at stm32f103cb,idcode=0
check "an id that reads as 0 leaves the ROM table" has "$out" "an STM32F1, perhaps STM32F101, F102, F103"
check "and that is said" has "$out" "by its ROM table: its id reads 0x00000000"
at stm32f103cb,designer=0x3d1
check "a clone is told by its maker" has "$out" "its ROM table names GigaDevice (JEP106 0x3d1)"
at stm32f103cb,dpidr=0x2ba01477
check "and by its debug port" has "$out" "with another debug port than ST's (DPIDR 0x2ba01477)"
run "$swdlink" info --json --probe virtual:stm32f103cb
check_json "info --json has the parts that fit" \
    'd["target"]["die"]["parts"] == ["STM32F101xB", "STM32F102xB", "STM32F103xB"]'
check_json "and what was read" 'd["target"]["die"]["flash_size"] == 131072 and d["target"]["die"]["unique_id"]'
run "$swdlink" info --json --probe virtual:stm32f031k6,idcode=0x20006468
check_json "and what is supported" 'd["target"]["die"]["support"]["debug"] and not d["target"]["die"]["support"]["flash"]'

run "$swdlink" list-chips
check "list-chips ends with status 0" is "$status" 0
check "list-chips has a line for each die" grep -q '^0x413  STM32F405, F407, F415, F417' "$out"
run "$swdlink" list-chips --json
check_json "list-chips --json has all of them" 'd["schema"] == 1 and len(d["chips"]) >= 90'
check_json "nothing claims to be tried on hardware" 'not any(c["support"]["tried_on_hardware"] for c in d["chips"])'
run "$swdlink" list-chips --probe virtual
check "list-chips takes no probe" is "$status" 2
# Standard files that are closed, and two outputs for one of them.
for closed in '<&-' '>&-' '2>&-' '<&- >&-'; do
    run sh -c "'$swdlink' serve --stdio --once --probe virtual: $closed"
    check "serve --stdio with $closed ends without a signal" [ "$status" -lt 126 ]
done
for two in "--json --swo-json -" "--stdio --swo-json -" "--semihosting --semihosting-console stdio --json" \
    "--semihosting --semihosting-console stdio --swo-json -"; do
    # shellcheck disable=SC2086 # one word per option
    run "$swdlink" serve $two --probe virtual:
    check "serve $two is refused" is "$status" 2
    check "with the reason" grep -qE 'both want standard output|does not go with' "$err"
done

# A second core that is held by its option: swdlink starts it, and tells the state of the one that it debugs.
board=virtual:stm32h745zi,store=$tap_dir/h745
run "$swdlink" options --probe "$board" BCM4=0 --yes
run "$swdlink" info --probe "$board"
check "info tells that the second core is held" has "$out" "held since the last reset"
check "info tells the state of the first core plainly" grep -q "^state *locked up$" "$out"
run "$swdlink" info --core m4 --probe "$board"
check "info --core m4 tells that it has been started" has "$out" "has been started since the reset"
check "and whose state it tells" grep -q "^state *the Cortex-M4 is [a-z ]*$" "$out"

# A second core that the firmware of the probe does not reach.
for more in probe-fw=V2J24S4 probe-fw=V2J28S7 probe-fw=V2J31S7 probe=v3,probe-fw=V3J1M1; do
    run "$swdlink" info --probe "virtual:stm32h745zi,$more"
    check "info tells why the second core cannot be debugged ($more)" has "$out" \
        "firmware does not reach it, V2J32 or V3J2 does"
    check "and does not advise to" lacks "$out" "--core second"
    run "$swdlink" info --core m4 --probe "virtual:stm32h745zi,$more"
    check "info --core m4 ends with status 1 ($more)" is "$status" 1
    check "and says why" has "$err" "by this ST-LINK's firmware: V2J32 or V3J2 can"
    run "$swdlink" serve --core m4 --port 0 --once --probe "virtual:stm32h745zi,$more"
    check "and so does serve" has "$err" "by this ST-LINK's firmware: V2J32 or V3J2 can"
done

plan
