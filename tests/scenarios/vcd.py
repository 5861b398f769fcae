#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""swdlink-sim --vcd: the wires in the file against the board's own count, and against sigrok's decoder, bit for bit."""
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.abspath(os.environ.get("top_srcdir", "."))
BUILD = os.path.abspath(os.environ.get("top_builddir", "."))
sys.path.insert(0, os.path.join(TOP, "tests", "ide"))
import tap  # noqa: E402

SIM, SWDLINK = os.path.join(BUILD, "swdlink-sim"), os.path.join(BUILD, "swdlink")
ACKS = {1: "OK", 2: "WAIT", 4: "FAULT"}
SCENARIOS = []


class Failed(Exception):
    pass


def scenario(function):
    SCENARIOS.append((function, tap.sentence(function)))
    return function


def load_decoder():
    path = os.path.join(TOP, "tests", "captures", "swd_capture.py")
    spec = importlib.util.spec_from_file_location("swd_capture", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


DECODER = load_decoder()


def expect_equal(wanted, found, what=""):
    if wanted != found:
        raise Failed(f"{what}: wanted {wanted!r}, found {found!r}")


def image(folder):
    """2 KiB that do nothing: stack pointer, reset vector, and a loop."""
    path = os.path.join(folder, "image.bin")
    words = [0x20001000, 0x08000041] + [0x08000041] * 14 + [0xE7FEE7FE] * (512 - 16)
    with open(path, "wb") as out:
        out.write(b"".join(word.to_bytes(4, "little") for word in words))
    return path


class Wires:
    """A VCD file: for each line by its name, the (time in ns, value) of its changes."""

    def __init__(self, path):
        self.changes, names, now = {}, {}, None
        with open(path, encoding="ascii") as lines:
            for line in lines:
                if declared := re.match(r"\$var (?:wire 1|real 64) (\S) (\S+) \$end", line):
                    names[declared[1]] = declared[2]
                    self.changes[declared[2]] = []
                elif line[0] == "#":
                    if now is not None and int(line[1:]) <= now:
                        raise Failed(f"time goes back: {line}")
                    now = int(line[1:])
                elif change := re.match(r"([01z])(\S)$|r(\d+\.\d{3}) (\S)$", line):
                    self.changes[names[change[2] or change[4]]].append((now, change[1] or change[3]))
                elif line[0] != "$":
                    raise Failed(f"no line of a VCD: {line}")

    def clocks(self):
        """Times in us of SWCLK's rising edges, and the bits of SWDIO just before."""
        dio, level, times, bits = iter(self.changes["SWDIO"] + [(1 << 62, "0")]), None, [], bytearray()
        upcoming = next(dio)
        before = "1"
        for now, clk in self.changes["SWCLK"]:
            while upcoming[0] < now:
                level, upcoming = upcoming[1], next(dio)
            if clk == "1" and before == "0":
                times.append(now / 1000)
                bits.append(int(level))
            before = clk
        return times, bytes(bits)

    def packets(self):
        """(read, AP, address, ACK, data or None) of each, by our own decoder."""
        times, bits = self.clocks()
        # Idle, so that the last packet has room behind it.
        listed = DECODER.packets(times + [times[-1]] * 60, bits + bytes(60))
        return [(p.kind == "R", bool(p.ap), p.addr, ACKS.get(p.ack, "NONE"), p.data if p.has_data else None)
                for p in listed if p.kind in ("R", "W")]


def by_sigrok(path):
    """The same by sigrok's swd decoder. It calls the DP's registers by names."""
    done = subprocess.run(["sigrok-cli", "-I", "vcd:downsample=25", "-i", path, "-P", "swd:swclk=SWCLK:swdio=SWDIO",
                           "-A", "swd"], capture_output=True, text=True, timeout=120, check=True)
    registers = {"IDCODE": (True, 0), "R CTRL/STAT": (True, 4), "R DLCR": (True, 4), "RESEND": (True, 8),
                 "RDBUFF": (True, 12), "W ABORT": (False, 0), "W CTRL/STAT": (False, 4), "W DLCR": (False, 4),
                 "W SELECT": (False, 8), "W RESERVED": (False, 12)}
    listed = []
    for line in done.stdout.splitlines():
        said = line.partition(": ")[2]
        if access := re.fullmatch(r"([RW]) AP([0-9a-f])", said):
            listed.append([access[1] == "R", True, int(access[2], 16), None, None])
        elif said in registers:
            listed.append([registers[said][0], False, registers[said][1], None, None])
        elif said in ("OK", "WAIT", "FAULT"):
            listed[-1][3] = said
        elif said.startswith("0x"):
            listed[-1][4] = int(said, 16)
        elif said not in ("LINERESET", "JTAG->SWD"):
            raise Failed(f"sigrok says {line}")
    return [tuple(p) for p in listed]


class Run:
    """swdlink-sim with the board's own account and the wires in a file. Runs shell commands, or else sends the probe
    lines of bytes (swdlink-sim --commands)."""

    def __init__(self, board, commands=(), lines=()):
        self.folder = tempfile.mkdtemp(prefix="vcd.")
        self.vcd = os.path.join(self.folder, "wires.vcd")
        account = os.path.join(self.folder, "account.json")
        script = " && ".join(commands).format(swdlink=SWDLINK, image=image(self.folder))
        end = ["--commands", "-"] if lines else ["--", "sh", "-c", script]
        # swdlink-sim preloads a library into what it runs.
        environment = dict(os.environ, ASAN_OPTIONS="verify_asan_link_order=0")
        done = subprocess.run([SIM, board, "--vcd", self.vcd, "--account", account, *end], env=environment,
                              input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=300)
        expect_equal(0, done.returncode, done.stdout + done.stderr)
        self.answers = done.stdout.splitlines()
        with open(account, encoding="utf-8") as text:
            self.account = json.load(text)
        self.wires = Wires(self.vcd)

    def close(self):
        shutil.rmtree(self.folder)

    def compare_with_account(self):
        packets = self.wires.packets()
        expect_equal(self.account["swd_clocks"], len(self.wires.clocks()[0]), "rising edges of SWCLK")
        expect_equal(self.account["swd_packets"], len(packets), "packets")
        expect_equal(self.account["swd_waits"], sum(p[3] == "WAIT" for p in packets), "WAITs")
        return packets


def compare(run, board, sigrok):
    try:
        packets = run.compare_with_account()
        print(f"# {board}: {len(packets)} packets, {run.account['swd_clocks']} clocks, {run.account['swd_waits']} WAITs")
        if not sigrok:
            return packets
        theirs = by_sigrok(run.vcd)
        for number, (ours, other) in enumerate(zip(packets, theirs)):
            expect_equal(ours, other, f"packet {number}, ours and sigrok's")
        expect_equal(len(packets), len(theirs), "packets, ours and sigrok's")
        return packets
    finally:
        run.close()


WORK = ("{swdlink} info", "{swdlink} flash --address 0x08000000 {image}", "{swdlink} read 0x08000000 512 >/dev/null",
        "{swdlink} reset")


@scenario
def every_packet_of_the_account_is_in_the_file():
    for board in ("stm32f031k6", "stm32f072rb,probe=v2-1", "stm32f031k6,probe=v3", "stm32f031k6,probe-fw=J17"):
        compare(Run(board, WORK), board, sigrok=False)


@scenario
def sigrok_finds_the_same_packets_bit_for_bit():
    if not shutil.which("sigrok-cli"):
        raise tap.Skipped("sigrok-cli is not installed")
    for board in ("stm32f031k6,probe-fw=J17", "stm32f091rc,probe-fw=J16"):
        compare(Run(board, WORK), board, sigrok=True)


@scenario
def waits_and_faults_are_in_it_too():
    # The debug port of a Cortex-M4 answers with WAIT behind each write of TAR; at 0x60000000 nothing is.
    board = "stm32f031k6,probe-fw=J17,dpidr=0x2ba01477"
    run = Run(board, lines=["f307", "f230a3 <2", "f23600000020 <8", "f207000000204000 <64", "f23600000060 <8", "f23600000020 <8"])
    expect_equal(["ok 8", "ok 1"], [run.answers[1][:4], run.answers[4][:4]], "ENTER, and the read of nothing")
    packets = compare(run, board, sigrok=shutil.which("sigrok-cli") is not None)
    acks = [p[3] for p in packets]
    if acks.count("WAIT") < 4 or "FAULT" not in acks:
        raise Failed(f"{acks.count('WAIT')} WAITs and {acks.count('FAULT')} FAULTs")


@scenario
def the_chip_pulls_nrst_low_at_a_reset():
    run = Run("stm32f031k6", ["{swdlink} reset"])
    try:
        edges = run.wires.changes["NRST"]
        pulses = [(rise[0] - fall[0]) for fall, rise in zip(edges, edges[1:]) if fall[1] == "0"]
        if 1094500 not in pulses:
            raise Failed(f"no pulse of 1.0945 ms: {edges}")
        expect_equal([(0, "3.300")], run.wires.changes["VDD"], "VDD")
        expect_equal([(0, "3.300")], run.wires.changes["VTref"], "VTref")
        expect_equal([(0, "z")], run.wires.changes["SWO"], "SWO")
    finally:
        run.close()


@scenario
def several_probes_have_a_file_each():
    folder = tempfile.mkdtemp(prefix="vcd.")
    try:
        path = os.path.join(folder, "wires.vcd")
        subprocess.run([SIM, "--count", "2", "--vcd", path, "--", "true"], check=True, timeout=60)
        for name in (path, path + ".2"):
            expect_equal([(0, "3.300")], Wires(name).changes["VDD"], name)
    finally:
        shutil.rmtree(folder)


def says(arguments, status, sentence):
    done = subprocess.run([SIM, *arguments], capture_output=True, text=True, timeout=60)
    expect_equal(status, done.returncode, done.stderr)
    if sentence not in done.stderr:
        raise Failed(done.stderr)


@scenario
def a_file_that_cannot_be_written_is_an_error():
    says(["--vcd", "/nowhere/wires.vcd", "--", "true"], 125, "/nowhere/wires.vcd: No such file or directory")
    says(["stm32f031k6,vcd=/nowhere/wires.vcd", "--", "true"], 125, "/nowhere/wires.vcd: No such file or directory")
    says(["--vcd", "/dev/full", "--", SWDLINK, "info", "--quiet"], 125,
         "could not all be written to /dev/full: No space left on device")


if __name__ == "__main__":
    tap.main(SCENARIOS, lambda function: function())
