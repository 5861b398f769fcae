# SPDX-License-Identifier: MIT
"""SWO: what a program writes to ITM ports, on TCP ports of the server beside GDB, on standard output of `run`, as JSON.
The program is tests/firmware/swo.c: it changes the core's clock behind its first line, so that everything but this
line has to wait until the clock was measured.
"""

import json
import os
import re
import socket
import tempfile
import time

try:
    import jsonschema
except ImportError:
    jsonschema = None

from harness import (PATIENCE_S, SOURCE, Failed, expect, expect_equal, expect_not, firmware, main, scenario, swdlink)

F103, F407 = "stm32f103c8", "stm32f407vg"
PROGRAM = {F103: "swo-f103-endless.elf", F407: "swo-f407-endless.elf"}
TEXT, RAW = ["--swo", "0"], ["--swo-raw", "0"]


class SwoReader:
    """A connection to a port of the server."""

    def __init__(self, session, what):
        found = session.server.wait_log(rf"SWO {what} on port (\d+)")
        self.socket = socket.create_connection(("127.0.0.1", int(found.group(1))), timeout=PATIENCE_S)
        session.sockets.append(self.socket)
        self.data = b""

    def wait(self, pattern):
        """The first match of what came; what is behind it stays. Who writes for ever is not read for ever."""
        deadline = time.monotonic() + PATIENCE_S
        while not (found := re.search(pattern, self.data)):
            if time.monotonic() > deadline:
                raise Failed(f"{pattern} did not come: {self.data[:200]!r} … {self.data[-100:]!r}")
            try:
                more = self.socket.recv(65536)
            except TimeoutError:
                more = b""
            if not more:
                raise Failed(f"{pattern} did not come: {self.data[:200]!r} … {self.data[-100:]!r}")
            self.data += more
        self.data = self.data[found.end():]
        return found


def on(*chips, arguments):
    """The scenario on each of these chips, with the program in the flash."""
    def mark(function):
        for chip in chips:
            def one(session, function=function, chip=chip):
                function(session, chip)
            one.__name__ = f"{function.__name__}_{chip}"
            scenario(f"{chip},firmware={firmware(PROGRAM[chip])}", arguments=arguments)(one)
        return function
    return mark


def at_reset(session, chip):
    gdb = session.gdb(PROGRAM[chip])
    gdb.cmds("monitor reset halt", "maintenance flush register-cache")
    return gdb


def a_round(reader):
    return int(reader.wait(rb"round (\d+)\n\[1\] at 0x[0-9a-f]{8}\nround \d+\n").group(1))


@on(F103, F407, arguments=TEXT)
def text_arrives_as_soon_as_the_clock_is_known(session, chip):
    reader = SwoReader(session, "text")
    gdb = at_reset(session, chip)
    gdb.run_away()
    first = a_round(reader)
    expect_equal(True, a_round(reader) > first)
    expect(r"SIGINT", gdb.interrupt())
    said = gdb.cmd("monitor swo status")
    # What it is known to be depends on how long it was measured.
    hz, error = map(float, expect(r"Core clock: (\d+) Hz, measured within ([\d.]+) %", said).groups())
    real = 168e6 if chip == F407 else 64e6
    expect_equal(True, error < 2.6 and abs(hz - real) <= real * error / 100 + 1)
    baud, divisor = map(int, expect(r"SWO is on: (\d+) baud, the clock by (\d+)", said).groups())
    expect_equal(True, abs(real / divisor - baud) < 0.03 * baud)


@on(F103, F407, arguments=TEXT)
def after_a_reset_nothing_is_missed(session, chip):
    reader = SwoReader(session, "text")
    gdb = at_reset(session, chip)
    gdb.run_away()
    a_round(reader)
    gdb.interrupt()
    for _ in range(2):
        gdb.cmds("monitor reset halt", "maintenance flush register-cache")
        gdb.run_away()
        reader.wait(rb"round 000\n\[1\] at 0x00000000\nround 001\n\[1\] at 0x00000001\n")
        gdb.interrupt()


@on(F103, arguments=TEXT + RAW)
def stops_and_steps_go_on_beside_it(session, chip):
    text, raw = SwoReader(session, "text"), SwoReader(session, "bytes")
    gdb = at_reset(session, chip)
    gdb.run_away()
    a_round(text)
    gdb.interrupt()
    gdb.cmds("break round_is_over", "continue")  # of the round under way the line may have been read already
    for _ in range(3):
        gdb.cmd("continue")
        rounds = gdb.value("rounds") % 1000
        text.wait(b"round %03d\n" % rounds)
        # The same as bytes of the ITM: a header before each.
        raw.wait(b"".join(b"\x01%c" % byte for byte in b"%03d" % rounds))
        expect(r"round_is_over", gdb.cmd("frame"))
        before = gdb.value("$pc")
        gdb.cmd("stepi")
        expect_equal(True, before < gdb.value("$pc") <= before + 4)


@on(F103, F407, arguments=TEXT)
def without_a_debugger(session, chip):
    reader = SwoReader(session, "text")
    a_round(reader)
    gdb = session.gdb(PROGRAM[chip])
    gdb.cmd("detach")
    gdb.quit()
    session.server.wait_log("has left")
    reader.data = b""
    first = a_round(reader)
    expect_equal(True, a_round(reader) > first)


@on(F103, arguments=TEXT)
def a_rate_that_the_program_sets_is_told_and_followed(session, chip):
    reader = SwoReader(session, "text")
    gdb = at_reset(session, chip)
    gdb.run_away()
    a_round(reader)
    gdb.interrupt()
    gdb.cmd("set var divisor = 64")
    gdb.run_away()
    session.server.wait_log(r"the program has set another baud rate \(TPIU_ACPR 63\).*receives 1000000 baud")
    reader.data = b""
    a_round(reader)
    gdb.interrupt()
    # 4 MHz is more than a V2 receives.
    gdb.cmd("set var divisor = 16")
    gdb.run_away()
    session.server.wait_log(r"another baud rate, 4000000 \(TPIU_ACPR 15\).*is set to 1000000 again")
    reader.data = b""
    a_round(reader)
    gdb.interrupt()


# What Cortex-Debug's script for GDB writes with the servertypes stlink and external: registers, by frequencies that its user
# has told it (its support/gdb-swo.init). 72 MHz by 36 would be 2 MHz.
CORTEX_DEBUG = (
    (0xE000EDFC, "|", 0x01000000), (0xE0000FB0, "", 0xC5ACCE55), (0xE0040004, "", 1), (0xE0040010, "", 35),
    (0xE00400F0, "", 2), (0xE0040304, "", 0x100), (0xE0000E80, "|", 0x00010000), (0xE0000E80, "|", 8),
    (0xE0000E00, "", 0), (0xE0000E00, "", 1), (0xE0001000, "|", 0x400), (0xE0000E80, "|", 4), (0xE0000E80, "|", 1))


@on(F103, arguments=RAW + ["--swo-clock", "72000000", "--swo-baud", "2000000"])
def cortex_debug_reads_the_bytes_though_its_frequencies_are_wrong(session, chip):
    reader = SwoReader(session, "bytes")
    gdb = at_reset(session, chip)
    for address, operation, value in CORTEX_DEBUG:
        gdb.cmd(f"set *(unsigned *){address:#x} {operation}= {value:#x}")
    gdb.run_away()
    session.server.wait_log("the core's clock is not the 72000000 Hz that were given|receives 17[78]")
    reader.data = b""
    # Port 0 alone is on: text, byte by byte.
    number = int(reader.wait(b"".join(b"\x01%c" % c for c in b"round ") + b"\x01(\\d)\x01(\\d)\x01(\\d)\x01\n").expand(rb"\1\2\3"))
    reader.wait(b"".join(b"\x01%c" % c for c in b"round %03d\n" % ((number + 1) % 1000)))
    gdb.interrupt()


@on(F103, arguments=[])
def monitor_switches_it_on_and_off_and_gdb_shows_the_text(session, chip):
    gdb = at_reset(session, chip)
    expect(r"SWO is off", gdb.cmd("monitor swo"))
    expect(r"SWO is on: 500000 baud, the clock by 16", gdb.cmd("monitor swo enable 500k"))
    gdb.run_away()
    gdb.reader.wait(lambda lines: re.search(r'^@"round \d+', "\n".join(lines), re.M), "text of the program in GDB")
    expect(r"SIGINT", gdb.interrupt())
    expect(r"SWO is off", gdb.cmd("monitor swo disable"))
    expect(r"knows enable", gdb.fails("monitor swo enable fast"))
    expect(r"at most 2250000 baud", gdb.fails("monitor swo enable 4M"))
    # The trace units are as they were.
    expect(r"0xe0000e80:\s+0x00000000", gdb.cmd("x/xw 0xe0000e80"))


@scenario(arguments=TEXT)
def a_core_without_itm_says_so_and_debugging_goes_on(session):
    session.server.wait_log("SWO is off: nothing comes out of SWO here: a Cortex-M0 has no ITM; RTT")
    gdb = session.loaded("session.elf")
    expect(r"has no ITM", gdb.fails("monitor swo enable"))
    gdb.cmd("tbreak compute")
    expect(r"compute", gdb.cmd("continue"))


def check_lines(packets):
    """Against the schema, where there is something that knows it."""
    if not jsonschema:
        return
    with open(os.path.join(SOURCE, "doc", "swdlink.schema.json"), encoding="utf-8") as file:
        whole = json.load(file)
    check = jsonschema.Draft202012Validator({**whole["$defs"]["swo_packet"], "additionalProperties": False})
    for packet in packets:
        check.validate(packet)


@scenario()
def run_prints_text_and_writes_packets(_):
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "packets")
        done = swdlink(["run", "--swo", "--swo-json", path, firmware("swo-f103.elf")], F103, check=False)
        expect_equal(7, done.returncode)
        expect_equal("start\n" + "".join(f"round {n:03}\n[1] at 0x{n:08x}\n" for n in range(60)) + "the end\n",
                     done.stdout)
        with open(path, encoding="ascii") as file:
            packets = [json.loads(line) for line in file]
    check_lines(packets)
    text = bytes(p["value"] for p in packets if p["kind"] == "software" and p["port"] == 0)
    expect_equal(True, text.startswith(b"start\nround 000\n") and text.endswith(b"the end\n"))
    entered = [p["cycles"] for p in packets if p["kind"] == "exception" and p["action"] == "enter"]
    expect_equal({"SysTick"}, {p["name"] for p in packets if p["kind"] == "exception" and p["action"] == "enter"})
    # The timer's period is 40,001 cycles; a timestamp is behind by what stands before it on the wire.
    for before, after in zip(entered, entered[1:]):
        expect_equal(True, abs(after - before - 40001) < 2000)
    expect_equal(True, len([p for p in packets if p["kind"] == "pc-sample"]) > 100)


@scenario()
def run_takes_the_clock_that_is_told(_):
    done = swdlink(["run", "--swo", "--swo-clock", "168M", firmware("swo-f407-fast.elf")], F407, check=False)
    expect_equal(7, done.returncode)
    expect(r"round 000\n\[1\] at 0x00000000\nround 001\n", done.stdout)
    expect(r"round 059\n\[1\] at 0x0000003b\nthe end\n$", done.stdout)
    # Without, what came at another clock is left out and counted.
    done = swdlink(["run", "--swo", firmware("swo-f407-fast.elf")], F407, check=False)
    expect_equal("start\n", done.stdout[:6])
    expect(r"bytes came while the core had another clock than was known", done.stderr)
    expect_not(r"\\x", done.stdout)


main()
