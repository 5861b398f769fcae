#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Captures of ST's utility at a real STM32F429, played into a whole virtual one (capture_chip.c): blank checks, option bytes,
sector and mass erase, programming and verifying. ST's loaders run on the virtual core, and every answer is compared: their
results, how long erases last between two polls, what is read back, FLASH_OPTCR, sizes and ids.

Packets that the real target made wait are left out, because the virtual one waits as long as it needs itself. The other
captures show registers of a program that nobody has; captures.py compares what is on their wires. The captures are sigrok's,
in ../shared/captures beside the source tree; without them this test is skipped.
"""
import importlib.util
import json
import os
import subprocess
import sys

TOP = os.environ.get("top_srcdir", ".")
BUILD = os.environ.get("top_builddir", ".")
CAPTURES = os.path.join(TOP, "..", "shared", "captures", "swd-stlink-v2-stm32f429")
PLAYER = os.path.join(BUILD, "tests", "scenarios", "capture_chip")

# Packets, of them reads; sectors erased, mass erases, units programmed.
EXPECTED = {
    "blank_check_is_blank": (220660, 137407, 0, 0, 0),
    "blank_check_is_not_blank": (2084, 1298, 0, 0, 0),
    "chip_erase": (17817, 9038, 0, 1, 0),
    "connected": (2, 1, 0, 0, 0),
    "connected_long": (47, 31, 0, 0, 0),
    "core_run": (14, 8, 0, 0, 0),
    "erase_bank1": (8086, 2975, 0, 1, 0),
    "erase_bank2": (7996, 2939, 0, 1, 0),
    "erase_sectors_get_info": (3335, 2223, 0, 0, 0),
    "get_option_bytes": (1223, 815, 0, 0, 0),
    "printf_via_swviewer": (5, 3, 0, 0, 0),
    "program_file_verify_after_programming_reset_afterwards": (9608, 3744, 1, 0, 1279),
    "program_file_verify_while_programming_reset_afterwards": (7134, 2158, 1, 0, 1279),
}
KEYS = ("packets", "reads", "sectors_erased", "mass_erases", "units_programmed")


def load_decoder():
    spec = importlib.util.spec_from_file_location("swd_capture", os.path.join(TOP, "tests", "captures", "swd_capture.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def file_of(name):
    return os.path.join(CAPTURES, f"stm32f429zit6_{name}.sr")


def play(decoder, name):
    table = decoder.table("m4", file_of(name), ())
    done = subprocess.run([PLAYER], input="\n".join(table) + "\n", capture_output=True, text=True, timeout=300)
    print(done.stderr, end="")
    if done.returncode:
        raise RuntimeError(f"the player ends with {done.returncode}")
    return json.loads(done.stdout)


def compare(counts, expected):
    """The sentence that says what is wrong, or an empty one."""
    wanted = dict(zip(KEYS, expected), other_acks=0, other_reads=0, violations=0)
    return ", ".join(f"{key} {counts[key]} and not {value}" for key, value in wanted.items() if counts[key] != value)


def main():
    print(f"1..{len(EXPECTED)}", flush=True)
    decoder = load_decoder()
    failed = 0
    for number, (name, expected) in enumerate(EXPECTED.items(), 1):
        if not os.path.exists(file_of(name)):
            print(f"ok {number} - {name} # SKIP there is no ../shared/captures/swd-stlink-v2-stm32f429", flush=True)
            continue
        wrong = compare(play(decoder, name), expected)
        failed += bool(wrong)
        print(f"# {name}: {wrong or f'{expected[0]} packets played, {expected[1]} answers compared, all equal'}")
        print(f"{'not ' if wrong else ''}ok {number} - {name}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
