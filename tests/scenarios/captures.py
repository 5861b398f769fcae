#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whole captures of real SWD wires, played into the virtual debug port (tests/unit/wire_player.h).

The captures are sigrok's, in ../shared/captures beside the source tree, too large to be in it; without them this test
is skipped. The parts of them that are in tests/captures/ are played by tests/unit/capture_wires in any case.
"""
import importlib.util
import json
import os
import subprocess
import sys

TOP = os.environ.get("top_srcdir", ".")
BUILD = os.environ.get("top_builddir", ".")
CAPTURES = os.path.join(TOP, "..", "shared", "captures")
PLAYER = os.path.join(BUILD, "tests", "scenarios", "capture_player")

# What the nRF51's owner had done before: the DWT on, and the BPU as OpenOCD leaves it.
NRF51 = ("write e000edfc 1000000", "write e0002000 2")
FTDI = ("write e000edfc 1000000", "write e0002000 3", "hold 0 4 abbabeeb", "hold 4 4 abbabeeb")

# Packets, of them WAIT and FAULT, reads with data, of them with a value that the table put there before, and with bits
# that are not compared: the flags of xPSR after a reset, and what a running program writes.
EXPECTED = {
    "swd-stlink-v2-nrf51/init": ("m0", NRF51, 36, 0, 0, 18, 0, 0),
    "swd-stlink-v2-nrf51/init_write_0xabbabeeb": ("m0", NRF51, 242, 0, 0, 84, 21, 0),
    "swd-stlink-v2-nrf51/wait_retry": ("m0", NRF51, 1244, 15, 0, 599, 307, 0),
    "swd-ftdi-nrf51/init": ("m0", FTDI, 53, 0, 0, 25, 0, 0),
    "swd-ftdi-nrf51/init_write_0xabbabeeb": ("m0", FTDI, 83, 0, 0, 29, 0, 0),
    "swd-ftdi-nrf51/init_wait_fault": ("m0", FTDI, 2117, 1, 51, 1542, 544, 3),
}
# The virtual Cortex-M4 answers for its debug registers where no program runs but the one that waits here in an endless
# loop; ST's loaders take their time from the flash, and there the registers are what the capture says.
F429 = "swd-stlink-v2-stm32f429/stm32f429zit6_"
LOOPS = ("hold 0 4 20001000", "hold 4 4 2000fff1")  # after a reset
ON_A_CORE = {
    "connect": ("state running",),
    "connected": (),
    "connected_long": (),
    "core_core_reset": ("write e000ed0c 5fa0600",),  # PRIGROUP as the program had set it
    "core_halt": ("state running",),
    "core_read_core_regs": (),
    "core_read_core_regs2": (),
    "core_run": (),
    "core_step": (),
    "core_system_reset": (),
    "disconnect": (),
    "erase_sectors_get_info": (),
    "get_option_bytes": (),
    "printf_via_swviewer": (),
}
for name, *counts in (
        ("blank_check_is_blank", 248270, 27610, 137407, 109158),
        ("blank_check_is_not_blank", 2348, 264, 1298, 1026),
        ("chip_erase", 19904, 2087, 9038, 4835),
        ("connect", 11147, 1266, 6152, 4822),
        ("connected", 3, 1, 1, 1),
        ("connected_long", 63, 16, 31, 2),
        ("core_core_reset", 212, 51, 62, 24),
        ("core_halt", 182, 45, 48, 22),
        ("core_read_core_regs", 175, 44, 45, 22),
        ("core_read_core_regs2", 175, 44, 45, 22),
        ("core_run", 18, 4, 8, 3),
        ("core_step", 212, 51, 62, 24),
        ("core_system_reset", 240, 56, 69, 24),
        ("disconnect", 30, 6, 14, 3),
        ("erase_bank1", 8952, 866, 2975, 22),
        ("erase_bank2", 8856, 860, 2939, 22),
        ("erase_sectors_get_info", 4447, 1112, 2223, 5),
        ("get_option_bytes", 1631, 408, 815, 6),
        ("printf_via_swviewer", 7, 2, 3, 2),
        ("program_file_verify_after_programming_reset_afterwards", 11314, 1706, 3744, 1317),
        ("program_file_verify_while_programming_reset_afterwards", 8550, 1416, 2158, 1320)):
    kind, lines = ("m4core", LOOPS + ON_A_CORE[name]) if name in ON_A_CORE else ("m4", ())
    EXPECTED[F429 + name] = (kind, lines, counts[0], counts[1], 0, counts[2], counts[3], 0)


def load_decoder():
    spec = importlib.util.spec_from_file_location("swd_capture", os.path.join(TOP, "tests", "captures", "swd_capture.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def play(decoder, name, kind, lines):
    table = decoder.table(kind, os.path.join(CAPTURES, name + ".sr"), lines)
    done = subprocess.run([PLAYER], input="\n".join(table) + "\n", capture_output=True, text=True, timeout=300)
    print(done.stderr, end="")
    if done.returncode:
        raise RuntimeError(f"the player ends with {done.returncode}")
    return json.loads(done.stdout)


def compare(counts, packets, waits, faults, reads, presets, masked):
    """The sentence that says what is wrong, or None."""
    wanted = {"packets": packets, "acks": packets, "waits": waits, "faults": faults, "reads": reads,
              "reads_equal": reads, "presets": presets, "masked": masked}
    wrong = [f"{key} {counts[key]} and not {value}" for key, value in wanted.items() if counts[key] != value]
    return ", ".join(wrong)


def main():
    there = {name: row for name, row in EXPECTED.items() if os.path.exists(os.path.join(CAPTURES, name + ".sr"))}
    print(f"1..{len(EXPECTED) + 1}", flush=True)
    decoder = load_decoder()
    total = {"m0": 0, "m4": 0}
    failed = 0
    for number, (name, (kind, lines, *counts)) in enumerate(EXPECTED.items(), 1):
        if name not in there:
            print(f"ok {number} - {name} # SKIP there is no ../shared/captures/{name}.sr", flush=True)
            continue
        wrong = compare(play(decoder, name, kind, lines), *counts)
        total[kind[:2]] += counts[0]
        failed += bool(wrong)
        print(f"# {name}: {wrong or f'{counts[0]} packets compared, all equal'}")
        print(f"{'not ' if wrong else ''}ok {number} - {name}", flush=True)
    number = len(EXPECTED) + 1
    if len(there) < len(EXPECTED):
        print(f"ok {number} - the sums # SKIP captures are missing")
    else:
        good = total == {"m0": 3775, "m4": 326736}
        failed += not good
        print(f"# {total['m0']} packets of a real Cortex-M0 compared, {total['m4']} of a real Cortex-M4")
        print(f"{'ok' if good else 'not ok'} {number} - the sums")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
