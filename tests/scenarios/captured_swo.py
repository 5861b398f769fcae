#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The tables of trace bytes in tests/captures/ are those of the captures of real hardware, which are in
../shared/captures beside the source tree; without them this test is skipped. tests/unit/itm decodes the tables in any
case.
"""
import os
import sys

TOP = os.environ.get("top_srcdir", ".")
CAPTURES = os.path.join(TOP, "..", "shared", "captures")
TABLES = os.path.join(TOP, "tests", "captures")
sys.path.insert(0, os.path.abspath(TABLES))
import uart  # noqa: E402

WIRE = os.path.join(CAPTURES, "swo-stm32f105", "trace_example.sr")
USB = [os.path.join(CAPTURES, "usb-stlink-v2-stm32l1", name) for name in (
    "windows-stlink-dev72.startswo.stopswo.txt", "windows-stlink-dev106.start.stop.start.stop.txt")]


def table(name):
    with open(os.path.join(TABLES, name), encoding="ascii") as lines:
        return [bytes.fromhex(line) for line in lines if not line.startswith("#")]


def wire_is_the_table():
    data, errors = uart.read(WIRE, "swo", 8e6)
    return errors == 0 and len(data) == 7856 and data == b"".join(table("f105_swo.bytes"))


def reads_are_the_table():
    reads = []
    for path in USB:
        with open(path, encoding="ascii") as lines:
            reads += [bytes.fromhex(data) for _, endpoint, data in map(str.split, lines) if int(endpoint, 16) == 0x83]
    return len(reads) == 40 and reads == table("usb_swv.bytes")


def main():
    failed = 0
    print("1..2")
    for number, (name, paths, check) in enumerate((("the wire of an STM32F105", [WIRE], wire_is_the_table),
                                                   ("the reads of an ST-LINK/V2", USB, reads_are_the_table)), 1):
        if not all(map(os.path.exists, paths)):
            print(f"ok {number} - {name} # SKIP there is no {os.path.relpath(paths[0], TOP)}")
            continue
        good = check()
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} - {name}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
