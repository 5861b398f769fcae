#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""SWO of the virtual board, seen by programs of others: OpenOCD 0.12 sets the trace up, receives it through the
virtual ST-LINK and writes it into a file; sigrok's decoders read it from the wire. What they find is compared with
what the program on the chip prints (tests/firmware/itm.c)."""

import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "ide"))
from harness import BUILD, PATIENCE_S, Failed, expect_equal, firmware  # noqa: E402
import tap  # noqa: E402

SIM = os.path.join(BUILD, "swdlink-sim")
SCENARIOS = []


def scenario(function):
    SCENARIOS.append((function, tap.sentence(function)))
    return function


class Bench:
    """A folder with the program as a scenario wants it."""

    def __init__(self, lines=0, pause=2000, divider=0, framed=0):
        self.folder = tempfile.TemporaryDirectory()
        if not os.path.exists(firmware("itm.elf")):
            raise tap.Skipped("there is no compiler for the target")
        with open(firmware("itm.elf"), "rb") as elf:
            data = bytearray(elf.read())
        struct.pack_into("<IIII", data, data.index(b"swdlink itm:\0") + 16, lines, pause, divider, framed)
        self.elf = self.path("itm.elf")
        with open(self.elf, "wb") as elf:
            elf.write(data)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def account(self):
        with open(self.path("account"), encoding="ascii") as account:
            return json.load(account)


def need(program):
    if not shutil.which(program):
        raise tap.Skipped(f"{program} is not installed")


def run(words):
    environment = dict(os.environ, ASAN_OPTIONS="verify_asan_link_order=0")
    environment.pop("LD_PRELOAD", None)
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", timeout=PATIENCE_S, env=environment, check=False)
    if "umockdev" in done.stdout and "package" in done.stdout:
        raise tap.Skipped("umockdev is not installed")
    if done.returncode:
        raise Failed(f"{words[0]} ends with {done.returncode}: {done.stdout}")
    return done.stdout


def openocd_receives(bench, board, target, clock, *more, interface="stlink.cfg", formatter="off"):
    """What OpenOCD writes into its file."""
    need("openocd")
    name = target.split(".")[0]
    commands = ["gdb_port disabled", "tcl_port disabled", "telnet_port disabled", "init",
                f"{name}.tpiu configure -protocol uart -output {bench.path('swo')} -traceclk {clock} "
                f"-pin-freq 2000000 -formatter {formatter}",
                f"{name}.tpiu enable", *more, "itm port 0 on", "sleep 400", "shutdown"]
    said = run([SIM, f"{board},firmware={bench.elf}", "--account", bench.path("account"), "--", "openocd", "-f",
                f"interface/{interface}", "-f", f"target/{target}", *[w for c in commands for w in ("-c", c)]])
    if "Error" in said:
        raise Failed(said)
    expect_equal([], bench.account()["violations"])
    with open(bench.path("swo"), "rb") as swo:
        return swo.read()


def text_of(packets):
    """Of packets of one byte of port 0, the last of which may be cut off."""
    whole = packets[:len(packets) // 2 * 2]
    expect_equal({1}, set(whole[::2]))
    return whole[1::2].decode("ascii")


def expect_lines(text, least):
    wanted = "".join(f"line {n:08x}\n" for n in range(1, text.count("\n") + 2))
    if not wanted.startswith(text) or text.count("\n") < least:
        raise Failed(f"{text.count(chr(10))} lines: {text[:200]!r}")


def stream_of(frames, wanted):
    """The bytes of a stream in frames of 16 bytes (ARM DDI 0314, the formatter)."""
    stream, current = bytearray(), 0
    for at in range(0, len(frames) // 16 * 16, 16):
        frame, later = frames[at:at + 16], None
        for k, byte in enumerate(frame[:15]):
            low = frame[15] >> k // 2 & 1
            if k % 2 == 0 and byte & 1:
                current, later = (current, byte >> 1) if low else (byte >> 1, None)
                continue
            if current == wanted:
                stream.append(byte | low if k % 2 == 0 else byte)
            if later is not None:
                current, later = later, None
    return bytes(stream)


@scenario
def openocd_receives_every_line_of_a_cortex_m3():
    for probe in "v2", "v2-1", "v3":
        received = openocd_receives(Bench(), f"stm32f103c8,probe={probe}", "stm32f1x.cfg", 8000000)
        expect_lines(text_of(received), 10)


@scenario
def openocd_receives_every_line_of_a_cortex_m4():
    expect_lines(text_of(openocd_receives(Bench(), "stm32f407vg", "stm32f4x.cfg", 16000000)), 10)
    expect_lines(text_of(openocd_receives(Bench(), "stm32l476rg,probe=v3", "stm32l4x.cfg", 4000000)), 5)
    expect_lines(text_of(openocd_receives(Bench(), "stm32f303cc", "stm32f3x.cfg", 8000000)), 10)


@scenario
def openocds_other_driver_receives_them_too():
    received = openocd_receives(Bench(), "stm32f103c8,probe=v3", "stm32f1x.cfg", 8000000, interface="stlink-dap.cfg")
    expect_lines(text_of(received), 10)


@scenario
def frames_come_in_frames():
    received = openocd_receives(Bench(), "stm32f103c8", "stm32f1x.cfg", 8000000, formatter="on")
    received = received[:len(received) // 16 * 16]  # OpenOCD may have ended within a frame
    ids = {received[at + k] >> 1 for at in range(0, len(received), 16) for k in range(0, 15, 2) if received[at + k] & 1}
    expect_equal({0, 1}, ids)
    expect_lines(text_of(stream_of(received, 1)), 10)


@scenario
def pc_samples_come_beside_the_text():
    # CYCCNTENA, POSTPRESET 15, CYCTAP, PCSAMPLENA: each 16,384 cycles
    received = openocd_receives(Bench(), "stm32f103c8", "stm32f1x.cfg", 8000000, "mww 0xe0001000 0x4000121f")
    text, samples, at = bytearray(), [], 0
    while at < len(received):
        size = {0x01: 1, 0x17: 4}.get(received[at])
        if size is None:
            raise Failed(f"an unexpected packet {received[at]:02x} at {at}")
        payload, at = received[at + 1:at + 1 + size], at + 1 + size
        if len(payload) < size:
            break
        if size == 1:
            text += payload
        else:
            samples.append(int.from_bytes(payload, "little"))
    expect_lines(text.decode("ascii"), 10)
    if len(samples) < 20 or not all(0x08000000 <= pc < 0x08001000 for pc in samples):
        raise Failed(f"{len(samples)} samples: {samples[:10]}")


@scenario
def a_program_that_sets_its_own_rate_is_garbage_to_openocd():
    received = openocd_receives(Bench(), "stm32f103c8", "stm32f1x.cfg", 8000000, "mww 0xe0040010 2")
    if b"l\1i\1n\1e" in received or len(received) < 1000:
        raise Failed(f"{len(received)} bytes: {received[:100]!r}")


@scenario
def a_wire_that_is_open_brings_nothing():
    expect_equal(b"", openocd_receives(Bench(), "stm32f103c8,swo=open", "stm32f1x.cfg", 8000000))


def sigrok_decodes(bench, board, decoders, annotations, *commands):
    """Of the wires of the first 40 ms after power-on, in which the program, or the commands, have set the trace up."""
    need("sigrok-cli")
    with open(bench.path("commands"), "w", encoding="ascii") as file:
        file.write("\n".join(["wait 5000", *commands, "wait 35000"]) + "\n")
    run([SIM, f"{board},uptime=0,firmware={bench.elf}", "--vcd", bench.path("vcd"), "--commands",
         bench.path("commands")])
    said = run(["sigrok-cli", "-I", "vcd:downsample=25", "-i", bench.path("vcd"), "-P", decoders, "-A", annotations])
    return [line.split(": ", 1)[1] for line in said.splitlines() if ": " in line]


NUMBERS = [text for n in (1, 2, 3) for text in (f"1: 0x{n:08x}", f"2: 0x{n:04x}", f"3: 0x{n:02x}")]


@scenario
def sigrok_reads_the_packets_from_the_wire():
    found = sigrok_decodes(Bench(lines=3, divider=4), "stm32f103c8", "uart:rx=SWO:baudrate=2000000,arm_itm", "arm_itm")
    expect_equal(NUMBERS, found)


@scenario
def sigrok_reads_the_text_from_the_wire():
    found = sigrok_decodes(Bench(lines=2, divider=8), "stm32f407vg", "uart:rx=SWO:baudrate=2000000", "uart=rx-data")
    data = bytes(int(byte, 16) for byte in found)
    wanted = b""
    for n in (1, 2):
        wanted += b"".join(bytes((1, c)) for c in b"line %08x\n" % n)
        wanted += b"\x0b" + struct.pack("<I", n) + b"\x12" + struct.pack("<H", n) + bytes((0x19, n))
    expect_equal(wanted.hex(), data.hex())


@scenario
def sigrok_reads_the_packets_in_frames_from_the_wire():
    found = sigrok_decodes(Bench(lines=3, divider=4, framed=1), "stm32f103c8",
                           "uart:rx=SWO:baudrate=2000000,arm_tpiu:stream=1:sync_offset=0,arm_itm", "arm_itm")
    expect_equal(NUMBERS, found)


def word(addr, value):
    """The command that writes a word."""
    return "f235" + struct.pack("<II", addr, value).hex() + " <2"


def trace_commands(tcr, dwt_ctrl, dwt=()):
    """Enter debug mode and trace at 2 Mbit/s, of 8 MHz, without frames."""
    words = [(0xE000EDFC, 1 << 24), (0xE0042004, 0x20), (0xE0040010, 3), (0xE00400F0, 2), (0xE0040304, 0),
             (0xE0000FB0, 0xC5ACCE55), *dwt, (0xE0001000, dwt_ctrl), (0xE0000E80, 0x10000 | tcr), (0xE0000E00, 0xF)]
    return ["f307", "f230a3 <2", "f24b00 <2", *[word(addr, value) for addr, value in words]]


def address_of(bench, symbol):
    for line in run(["readelf", "-sW", bench.elf]).splitlines():
        if line.split()[-1:] == [symbol]:
            return int(line.split()[1], 16)
    raise Failed(f"there is no {symbol}")


@scenario
def sigrok_reads_what_the_dwt_traces():
    bench = Bench(lines=2)
    need("readelf")
    addr = address_of(bench, "lines")
    # Comparator 0: the address and the value of each store; EXCTRCENA.
    found = sigrok_decodes(bench, "stm32f103c8", "uart:rx=SWO:baudrate=2000000,arm_itm", "arm_itm",
                           *trace_commands(0xD, 0x40010000, [(0xE0001020, addr), (0xE0001024, 0), (0xE0001028, 0x2F)]))
    wanted = []
    for n in (1, 2):
        wanted += [f"Watchpoint 0: address 0x????{addr & 0xffff:04x}", f"Watchpoint 0: Write data 0x{n:08x}",
                   f"1: 0x{n:08x}", f"2: 0x{n:04x}", "Enter: SVCall", f"3: 0x{n:02x}", "Exit: SVCall", "Resume: Thread"]
    # Sigrok's own state of the processor, and text when it finds an end of it.
    packets = [text for text in found if text not in ("Thread", "SVCall") and not text.startswith("0: ")]
    expect_equal(wanted, packets)


@scenario
def sigrok_reads_time_stamps():
    found = sigrok_decodes(Bench(lines=1), "stm32f103c8", "uart:rx=SWO:baudrate=2000000,arm_itm", "arm_itm=timestamp",
                           *trace_commands(0x3, 0x40000000))
    stamps = [int(text.split()[1]) for text in found]
    if len(stamps) < 5 or stamps != sorted(stamps):
        raise Failed(f"{found}")


if __name__ == "__main__":
    tap.main(SCENARIOS, lambda function: function())
